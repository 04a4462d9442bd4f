package dev.flowshield.checks.overload.simulation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The future events, in order of time, and in order of scheduling for equal times: a binary heap in
 * arrays. Not thread-safe.
 */
final class Events {

  /** The kinds of events. */
  enum Kind {
    ARRIVAL,
    SEND,
    DELIVERY,
    DELAY_END,
    WORK_END,
    LOOK,
    TIMEOUT,
    WORKERS_CHANGE,
    PAUSE_END
  }

  private static final int FIRST_SIZE = 64;

  private long[] times = new long[FIRST_SIZE];
  private long[] orders = new long[FIRST_SIZE];
  private Kind[] kinds = new Kind[FIRST_SIZE];
  private @Nullable Request[] subjects = new @Nullable Request[FIRST_SIZE];
  private int size;
  private long sequence;

  private long time;
  private Kind kind = Kind.ARRIVAL;
  private @Nullable Request subject;

  /** Schedules an event without a request. */
  void add(long at, Kind what) {
    insert(at, what, null);
  }

  void add(long at, Kind what, Request about) {
    insert(at, what, about);
  }

  /** Takes the next event up to a time, inclusive. Returns false if there is no such event. */
  boolean next(long until) {
    if (size == 0 || times[0] > until) {
      return false;
    }
    time = times[0];
    kind = kinds[0];
    subject = subjects[0];
    removeFirst();
    return true;
  }

  /** Returns the time of the taken event. */
  long time() {
    return time;
  }

  /** Returns the kind of the taken event. */
  Kind kind() {
    return kind;
  }

  /** Returns the request of the taken event. */
  Request subject() {
    if (subject == null) {
      throw new IllegalStateException(kind + " is about no request");
    }
    return subject;
  }

  private void insert(long at, Kind what, @Nullable Request about) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      orders = Arrays.copyOf(orders, 2 * size);
      kinds = Arrays.copyOf(kinds, 2 * size);
      subjects = Arrays.copyOf(subjects, 2 * size);
    }
    int hole = size++;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      if (times[parent] <= at) { // an equal one was scheduled earlier
        break;
      }
      move(parent, hole);
      hole = parent;
    }
    put(hole, at, sequence++, what, about);
  }

  private void removeFirst() {
    size--;
    long lastTime = times[size];
    long lastOrder = orders[size];
    Kind lastKind = kinds[size];
    Request last = subjects[size];
    subjects[size] = null;
    if (size == 0) {
      return;
    }
    int hole = 0;
    int child = 1;
    while (child < size) {
      if (child + 1 < size && isBefore(times[child + 1], orders[child + 1], child)) {
        child++;
      }
      if (isBefore(lastTime, lastOrder, child)) {
        break;
      }
      move(child, hole);
      hole = child;
      child = 2 * hole + 1;
    }
    put(hole, lastTime, lastOrder, lastKind, last);
  }

  private boolean isBefore(long at, long order, int other) {
    return at < times[other] || (at == times[other] && order < orders[other]);
  }

  private void move(int from, int to) {
    times[to] = times[from];
    orders[to] = orders[from];
    kinds[to] = kinds[from];
    subjects[to] = subjects[from];
  }

  private void put(int at, long when, long order, Kind what, @Nullable Request about) {
    times[at] = when;
    orders[at] = order;
    kinds[at] = what;
    subjects[at] = about;
  }
}

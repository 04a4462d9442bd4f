package dev.flowshield.demo.traffic;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What became of each request of a schedule, in the order of the schedule. Instants are nanoseconds
 * since the start of the traffic.
 *
 * <p>Written by the clients, read by an observer at the same time: a status is set last, so
 * who sees one also sees when it came.
 */
public final class Answers {

  /** In the place of a status: no answer yet. */
  public static final int WAITING = 0;

  /**
   * In the place of a status: every connection of the client was waiting for an answer when the
   * request was due.
   */
  public static final int NO_CONNECTION = 1;

  /** In the place of a status: the connection broke. */
  public static final int BROKEN = 2;

  /** In the place of a status: no answer came while anybody waited. */
  public static final int NO_ANSWER = 3;

  private static final long NOT_YET = Long.MAX_VALUE;

  private final AtomicLongArray leftAt;
  private final AtomicLongArray answeredAt;
  private final AtomicIntegerArray status;
  private final CountDownLatch waiting;

  /** Starts with everything waiting. */
  public Answers(int requests) {
    this.leftAt = new AtomicLongArray(requests);
    for (int i = 0; i < requests; i++) {
      leftAt.set(i, NOT_YET);
    }
    this.answeredAt = new AtomicLongArray(requests);
    this.status = new AtomicIntegerArray(requests);
    this.waiting = new CountDownLatch(requests);
  }

  /**
   * Notes that a request was handed to the network, or would have been had there been a connection.
   */
  public void left(int i, long nanos) {
    leftAt.set(i, nanos);
  }

  /** Notes the end of a request: an HTTP status, or one of the constants. */
  public void ended(int i, int with, long nanos) {
    answeredAt.set(i, nanos);
    status.set(i, with);
    waiting.countDown();
  }

  /** Stops waiting: what has no answer will get none. */
  public void giveUp(long nanos) {
    for (int i = 0; i < status.length(); i++) {
      if (status.get(i) == WAITING) {
        ended(i, NO_ANSWER, nanos);
      }
    }
  }

  /** An HTTP status or one of the constants. */
  public int status(int i) {
    return status.get(i);
  }

  /** When a request left; the end of all time while it has not. */
  public long leftAtNanos(int i) {
    return leftAt.get(i);
  }

  /** When a request ended; says nothing while its status is {@link #WAITING}. */
  public long answeredAtNanos(int i) {
    return answeredAt.get(i);
  }

  /** Waits for the last answer, but no longer than this; answers whether it came. */
  public boolean await(Duration patience) throws InterruptedException {
    return waiting.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }
}

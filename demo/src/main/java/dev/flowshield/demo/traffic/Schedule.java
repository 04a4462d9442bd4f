package dev.flowshield.demo.traffic;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The times at which requests are due and the clients that send them, fixed before the first one
 * leaves: an open loop, in which clients do not wait for a slow server.
 *
 * <p>Within a phase the requests have random, independent times, like those of many clients; their
 * number is exact. Equal seeds give equal schedules. Instants are nanoseconds since the start of
 * the traffic. Immutable.
 */
public final class Schedule {

  private final List<Phase> phases;
  private final Crowd crowd;
  private final long[] due;
  private final int[] client;

  private Schedule(List<Phase> phases, Crowd crowd, long[] due, int[] client) {
    this.phases = phases;
    this.crowd = crowd;
    this.due = due;
    this.client = client;
  }

  /** Creates a schedule of consecutive phases. */
  public static Schedule of(List<Phase> phases, Crowd crowd, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(seed);
    long[] due = new long[phases.stream().mapToInt(Phase::requests).sum()];
    int filled = 0;
    long from = 0;
    for (Phase phase : phases) {
      long to = from + phase.length().toNanos();
      int end = filled + phase.requests();
      for (int i = filled; i < end; i++) {
        due[i] = random.nextLong(from, to);
      }
      Arrays.sort(due, filled, end);
      filled = end;
      from = to;
    }
    int[] client = new int[due.length];
    Arrays.setAll(client, i -> crowd.sender(random));
    return new Schedule(List.copyOf(phases), crowd, due, client);
  }

  /** Returns the number of requests. */
  public int size() {
    return due.length;
  }

  /** Returns the time at which request {@code i} is due; never before the previous one. */
  public long dueNanos(int i) {
    return due[i];
  }

  /** Returns the client of request {@code i}, 0 for the greedy client. */
  public int client(int i) {
    return client[i];
  }

  /**
   * Returns the index of the first request due at or after an instant; {@link #size()} if there is
   * no such request.
   */
  public int firstFrom(long nanos) {
    int low = 0;
    int high = due.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (due[middle] < nanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the phases in order. */
  public List<Phase> phases() {
    return phases;
  }

  /** Returns the clients. */
  public Crowd crowd() {
    return crowd;
  }

  /** Returns the start of a phase. */
  public long startNanos(Phase phase) {
    long start = 0;
    for (Phase each : phases.subList(0, phases.indexOf(phase))) {
      start += each.length().toNanos();
    }
    return start;
  }

  /** Returns the end of a phase. */
  public long endNanos(Phase phase) {
    return startNanos(phase) + phase.length().toNanos();
  }

  /** Returns the end of the last phase. */
  public long lengthNanos() {
    return phases.stream().mapToLong(phase -> phase.length().toNanos()).sum();
  }

  /** Returns the phase at an instant; the last phase from its end on. */
  public Phase phaseAt(long nanos) {
    return phases.stream()
        .filter(phase -> nanos < endNanos(phase))
        .findFirst()
        .orElse(phases.get(phases.size() - 1));
  }
}

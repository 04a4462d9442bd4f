package dev.flowshield.demo.traffic;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * When each request is due and which client sends it, fixed before the first one leaves: an open
 * loop, in which clients do not wait for a slow server.
 *
 * <p>Within a phase the requests fall at random, independent of one another, as those of many
 * clients do; their number is exact. The same seed gives the same schedule. Instants are
 * nanoseconds since the start of the traffic. Immutable.
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

  /** Lays the phases one after the other. */
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

  /** How many requests there are. */
  public int size() {
    return due.length;
  }

  /** When request {@code i} is due; never before the one ahead of it. */
  public long dueNanos(int i) {
    return due[i];
  }

  /** Who sends request {@code i}, 0 for the greedy client. */
  public int client(int i) {
    return client[i];
  }

  /** The first request that is due at an instant or after it; {@link #size()} if none is. */
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

  /** The phases in their order. */
  public List<Phase> phases() {
    return phases;
  }

  /** Who sends. */
  public Crowd crowd() {
    return crowd;
  }

  /** When a phase begins. */
  public long startNanos(Phase phase) {
    long start = 0;
    for (Phase each : phases.subList(0, phases.indexOf(phase))) {
      start += each.length().toNanos();
    }
    return start;
  }

  /** When a phase ends. */
  public long endNanos(Phase phase) {
    return startNanos(phase) + phase.length().toNanos();
  }

  /** When the last phase ends. */
  public long lengthNanos() {
    return phases.stream().mapToLong(phase -> phase.length().toNanos()).sum();
  }

  /** The phase that stands at an instant; the last one from its end on. */
  public Phase phaseAt(long nanos) {
    return phases.stream()
        .filter(phase -> nanos < endNanos(phase))
        .findFirst()
        .orElse(phases.get(phases.size() - 1));
  }
}

package dev.flowshield.engine.overload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What happened so far, as sums that many threads add to and that one reads from time to time.
 *
 * <p>Thread-safe, lock-free, allocates nothing where it is written.
 */
final class Sums {
  /*
   * State, a stripe of longs for each few threads, apart from those of others; each long is a sum
   * since the beginning.
   *
   * Two threads of one stripe may add at once, and one of them is lost: too few to matter where
   * means are taken of hundreds. Sums wrap around. What a window holds is the difference of two
   * readings, which is right as long as the window itself does not overflow.
   *
   * Invariant
   *   W1  What a window holds is not below zero. A thread that was preempted between reading a sum
   *       and writing it takes back what others have added meanwhile, which may be more than the
   *       window has.
   *
   * Memory order: opaque. Each sum is read whole, and those of one reading may differ by the few
   * that are being added.
   */
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int COMPLETED = 0;
  private static final int LATENCIES = 1;
  private static final int LATENCY_SQUARES = 2;
  private static final int IN_FLIGHTS = 3;
  private static final int IN_FLIGHT_SQUARES = 4;
  private static final int PRODUCTS = 5;
  private static final int ADMITTED = 6; // of the lowest level; those of the others follow
  private static final int REJECTED = ADMITTED + Levels.COUNT;
  private static final int KINDS = REJECTED + Levels.COUNT;
  private static final int STRIDE = 32; // longs, so that neighbours are a line apart

  private final long[] cells;
  private final int mask;
  private final long[] before = new long[KINDS]; // at the last reading; of the one that reads
  private Demand demand = new Demand(new long[Levels.COUNT], new long[Levels.COUNT]);
  private volatile long mostInFlight;

  /** Sums for a machine with so many processors: few threads share a stripe. */
  static Sums forProcessors(int processors) {
    return new Sums(Integer.highestOneBit(8 * processors));
  }

  /** Sums in so many stripes, a power of two. */
  Sums(int stripes) {
    this.mask = stripes - 1;
    this.cells = new long[(stripes + 1) * STRIDE];
  }

  /** A request of a level has got a place. */
  void admitted(int level, long inFlight) {
    add(stripe() + ADMITTED + level, 1);
    if (inFlight > mostInFlight) {
      mostInFlight = inFlight;
    }
  }

  /** A request of a level has got none. */
  void rejected(int level) {
    add(stripe() + REJECTED + level, 1);
  }

  /** Work has ended. */
  void completed(long latency, long inFlight) {
    int stripe = stripe();
    add(stripe + COMPLETED, 1);
    add(stripe + LATENCIES, latency);
    add(stripe + LATENCY_SQUARES, latency * latency);
    add(stripe + IN_FLIGHTS, inFlight);
    add(stripe + IN_FLIGHT_SQUARES, inFlight * inFlight);
    add(stripe + PRODUCTS, latency * inFlight);
  }

  /** The work that has ended since the last reading. */
  long completedSince() {
    return since(COMPLETED);
  }

  /** The part of the requests since the last reading that got no place. */
  double rejectedShareSince() {
    long admitted = since(ADMITTED, REJECTED);
    long rejected = since(REJECTED, KINDS);
    return rejected == 0 ? 0 : (double) rejected / (admitted + rejected);
  }

  private long since(int kind, int end) {
    return IntStream.range(kind, end).mapToLong(this::since).sum();
  }

  private long since(int kind) {
    return Math.max(0, sum(kind) - before[kind]);
  }

  /** What has happened since the last reading, which is this one from now on. */
  Window read(long nanos) {
    long[] since = new long[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
      long sum = sum(kind);
      since[kind] = Math.max(0, sum - before[kind]);
      before[kind] = sum;
    }
    long[] admitted = Arrays.copyOfRange(since, ADMITTED, REJECTED);
    long[] rejected = Arrays.copyOfRange(since, REJECTED, KINDS);
    demand = new Demand(admitted, rejected);
    long none = LongStream.of(rejected).sum();
    long most = mostInFlight;
    mostInFlight = 0;
    return new Window(
        nanos,
        LongStream.of(admitted).sum() + none,
        none,
        since[COMPLETED],
        since[LATENCIES],
        since[LATENCY_SQUARES],
        since[IN_FLIGHTS],
        since[IN_FLIGHT_SQUARES],
        since[PRODUCTS],
        most);
  }

  /** The requests of the window that was read last. */
  Demand demand() {
    return demand;
  }

  private long sum(int kind) {
    long sum = 0;
    for (int stripe = 0; stripe <= mask; stripe++) {
      sum += (long) LONGS.getOpaque(cells, (stripe + 1) * STRIDE + kind);
    }
    return sum;
  }

  private int stripe() {
    int spread = (int) ((Thread.currentThread().getId() * 0x9E3779B9L) >>> 16);
    return ((spread & mask) + 1) * STRIDE;
  }

  private void add(int at, long amount) {
    LONGS.setOpaque(cells, at, (long) LONGS.getOpaque(cells, at) + amount);
  }
}

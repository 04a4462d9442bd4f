package dev.flowshield.engine.overload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Sums of the work so far that many threads add to and that one reads from time to time.
 *
 * <p>Thread-safe, lock-free; writing allocates nothing.
 */
final class WindowCounters {
  /*
   * State, a stripe of longs for each few threads, apart from those of others; each long is a sum
   * since the beginning.
   *
   * Two threads of one stripe may add at once, and one of them is lost: too few to matter for
   * means of hundreds. Sums wrap around. The content of a window is the difference of two
   * readings, which is right as long as the window itself does not overflow.
   *
   * Invariant
   *   W1  The content of a window is not below zero. A thread that was preempted between reading a
   *       sum and writing it takes back the additions of others meanwhile, which may be more than
   *       the window has.
   *
   * Memory order: opaque. Each sum is read whole, and those of one reading may differ by the few
   * that are being added.
   */
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int COMPLETED = 0;
  private static final int LATENCIES = 1;
  private static final int EXCESS_SQUARES = 2;
  private static final int IN_FLIGHTS = 3;
  private static final int IN_FLIGHT_SQUARES = 4;
  private static final int PRODUCTS = 5;
  private static final int WEIGHTS = 6;
  private static final int UNKNOWN = 7;
  private static final int EXCESSES = 8;
  private static final int KNOWN = 9;
  private static final int LEFT = 10;
  private static final int ADMITTED = 11; // of the lowest level; those of the others follow
  private static final int REJECTED = ADMITTED + PriorityLevels.COUNT;
  private static final int KINDS = REJECTED + PriorityLevels.COUNT;
  private static final int ROUTES = 32;
  private static final int ROUTE_LATENCIES = ROUTES + RouteLatencies.COUNT;
  private static final int STRIDE =
      ROUTE_LATENCIES + RouteLatencies.COUNT + 16; // longs, so that neighbours are a line apart

  // Work that takes longer has waited for something else, such as a backend that is dead.
  private static final long OLD_TICKS = 1_000_000_000 >> Window.TICK_BITS;
  private static final long OLD_LATENCIES = 20;

  private final long[] cells;
  private final int mask;
  private final long[] before = new long[KINDS]; // at the last reading; of the one that reads
  private LevelDemand demand =
      new LevelDemand(new long[PriorityLevels.COUNT], new long[PriorityLevels.COUNT]);
  private volatile long mostInFlight;

  /** Sums for a machine with this many processors: few threads share a stripe. */
  static WindowCounters forProcessors(int processors) {
    return new WindowCounters(Integer.highestOneBit(8 * processors));
  }

  /** Sums in this many stripes, a power of two. */
  WindowCounters(int stripes) {
    this.mask = stripes - 1;
    this.cells = new long[(stripes + 1) * STRIDE];
  }

  /** A request of a level has got a slot. */
  void admitted(int level, boolean isKnown, long inFlight) {
    int stripe = stripe();
    add(stripe + ADMITTED + level, 1);
    if (isKnown) {
      add(stripe + KNOWN, 1);
    }
    if (inFlight > mostInFlight) {
      mostInFlight = inFlight;
    }
  }

  /** Work has ended of which the latency does not count. */
  void left(boolean isKnown) {
    int stripe = stripe();
    add(stripe + LEFT, 1);
    if (isKnown) {
      add(stripe + KNOWN, -1);
    }
  }

  /** A request of a level was rejected. */
  void rejected(int level) {
    add(stripe() + REJECTED + level, 1);
  }

  /** Work of a route has ended. */
  void ended(int route, long ticks, RouteLatencies routes, long inFlight) {
    int stripe = stripe();
    add(stripe + ROUTES + route, 1);
    add(stripe + ROUTE_LATENCIES + route, ticks);
    long weight = routes.weight(route);
    if (weight == 0) {
      add(stripe + UNKNOWN, 1);
    } else {
      add(stripe + WEIGHTS, weight);
      long usual = routes.latency(route);
      long counted = Math.min(ticks, Math.max(OLD_LATENCIES * usual, OLD_TICKS));
      completed(counted, counted - usual, inFlight);
    }
  }

  /** Returns the work of a route that has ended until now. */
  long ofRoute(int route) {
    return sum(ROUTES + route);
  }

  /** Returns the sum of its latencies. */
  long latenciesOfRoute(int route) {
    return sum(ROUTE_LATENCIES + route);
  }

  /** Work has ended. */
  void completed(long latency, long excess, long inFlight) {
    int stripe = stripe();
    add(stripe + COMPLETED, 1);
    add(stripe + LATENCIES, latency);
    add(stripe + EXCESSES, excess);
    add(stripe + EXCESS_SQUARES, excess * excess);
    add(stripe + IN_FLIGHTS, inFlight);
    add(stripe + IN_FLIGHT_SQUARES, inFlight * inFlight);
    add(stripe + PRODUCTS, excess * inFlight);
  }

  /** Returns the work that has ended since the last reading. */
  long completedSince() {
    return since(COMPLETED);
  }

  /** Returns the work of unknown routes that has ended since the last reading. */
  long unknownSince() {
    return since(UNKNOWN);
  }

  /** Returns the part of the requests since the last reading that got no slot. */
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

  /** Returns the sums since the last reading, which is this one from now on. */
  Window read(long nanos) {
    long[] since = new long[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
      long sum = sum(kind);
      since[kind] = difference(kind, before[kind], sum);
      before[kind] = sum;
    }
    long[] admitted = Arrays.copyOfRange(since, ADMITTED, REJECTED);
    long[] rejected = Arrays.copyOfRange(since, REJECTED, KINDS);
    demand = new LevelDemand(admitted, rejected);
    long none = LongStream.of(rejected).sum();
    long most = mostInFlight;
    mostInFlight = 0;
    return new Window(
        nanos,
        LongStream.of(admitted).sum() + none,
        none,
        since[COMPLETED],
        since[LATENCIES],
        since[EXCESSES],
        since[EXCESS_SQUARES],
        since[IN_FLIGHTS],
        since[IN_FLIGHT_SQUARES],
        since[PRODUCTS],
        most,
        (double) since[WEIGHTS] / RouteLatencies.ONE,
        since[UNKNOWN],
        since[KNOWN]);
  }

  /** Returns all sums since the beginning. */
  long[] totals() {
    long[] totals = new long[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
      totals[kind] = sum(kind);
    }
    return totals;
  }

  private static long difference(int kind, long from, long to) {
    long since = to - from;
    return kind == EXCESSES || kind == PRODUCTS ? since : Math.max(0, since);
  }

  /** Returns the work that has ended, of known routes and others. */
  static long ended(long[] totals) {
    return totals[COMPLETED] + totals[UNKNOWN];
  }

  /** Returns the work that has ended of which the latency does not count. */
  static long left(long[] totals) {
    return totals[LEFT];
  }

  /** Returns the sums from one reading of all sums to another. */
  static Window between(long[] from, long[] to, long nanos) {
    long[] since = new long[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
      since[kind] = difference(kind, from[kind], to[kind]);
    }
    long admitted =
        LongStream.of(since).skip(ADMITTED).limit(PriorityLevels.COUNT).sum();
    long rejected = LongStream.of(since).skip(REJECTED).sum();
    return new Window(
        nanos,
        admitted + rejected,
        rejected,
        since[COMPLETED],
        since[LATENCIES],
        since[EXCESSES],
        since[EXCESS_SQUARES],
        since[IN_FLIGHTS],
        since[IN_FLIGHT_SQUARES],
        since[PRODUCTS],
        0,
        (double) since[WEIGHTS] / RouteLatencies.ONE,
        since[UNKNOWN],
        since[KNOWN]);
  }

  /** Returns the requests of the window that was read last. */
  LevelDemand demand() {
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

package dev.flowshield.engine.overload;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The gate whose limit follows what the server does, see {@link AdaptiveLimit}.
 *
 * <p>Thread-safe, lock-free. A request reads the published limit and adds to a few sums; about
 * twenty times a second, the request that ends a window works the next limit out.
 */
public final class AdaptiveGate implements Gate {
  /*
   * What is in flight is counted by an InFlight, whose limit is the one that is found. A place is,
   * from its lowest bit:
   *
   *   IN_FLIGHT_BITS  what was in flight once it was taken
   *   TIME_BITS       the ticks of its time, without those that do not fit
   *
   * What closes a window holds `closing`, so it reads all that the one before has written.
   */
  private static final int IN_FLIGHT_BITS = 20;
  private static final long IN_FLIGHT = (1L << IN_FLIGHT_BITS) - 1;
  private static final int TIME_BITS = 40; // of ticks: six days of work, and as many to come late
  private static final long TIME = (1L << TIME_BITS) - 1;

  // A window is as short as lets work end in it, and as long as it takes to be sure of its means.
  private static final long SHORTEST_NANOS = 50_000_000;
  private static final long LONG_NANOS = 1_000_000_000;
  private static final long LONGEST_NANOS = 5_000_000_000L;
  private static final double FOR_A_MEAN = 25;
  private static final double FEWEST = 30;
  private static final double PLENTY = 500;
  private static final int FEWEST_OF_LONG = 10;
  private static final double FOLLOWING = 0.2;

  private final InFlight inFlight = new InFlight(AdaptiveLimit.BEFORE_EVIDENCE, false);
  private final Sums sums;
  private final AdaptiveLimit law = new AdaptiveLimit();
  private final AtomicBoolean closing = new AtomicBoolean();

  private volatile Pressure pressure = Pressure.NORMAL;
  private volatile long baselineNanos;
  private volatile long dueAt; // no window is closed before
  private long openedAt;
  private double variation = 1; // of the latencies, averaged over windows

  /**
   * A gate that knows nothing of its server yet.
   *
   * @param processors of the machine: how many threads may end work at once
   * @param now a reading of the clock
   */
  public AdaptiveGate(int processors, long now) {
    this.sums = new Sums(processors);
    open(now);
  }

  @Override
  public boolean readsTime() {
    return true;
  }

  @Override
  public long tryEnter(long hash, long now) {
    long count = inFlight.enter();
    if (count == NO_PLACE) {
      sums.rejected();
      closeIfDue(now);
      return NO_PLACE;
    }
    sums.admitted(count);
    return (ticks(now) << IN_FLIGHT_BITS) | Math.min(count, IN_FLIGHT);
  }

  /** Work that failed or left early may have been shorter than it is: it says nothing. */
  @Override
  public void exit(long place, Outcome outcome, long now) {
    inFlight.exitLost();
    if (outcome == Outcome.SUCCESS) {
      long ticks = (ticks(now) - (place >> IN_FLIGHT_BITS)) & TIME;
      if (ticks <= TIME / 2) { // else the clock has stepped back
        sums.completed(ticks, place & IN_FLIGHT);
      }
      closeIfDue(now);
    }
  }

  private static long ticks(long now) {
    return (now >> Window.TICK_BITS) & TIME;
  }

  @Override
  public void exitLost() {
    inFlight.exitLost();
  }

  private void closeIfDue(long now) {
    if (now - dueAt >= 0 && !closing.get() && closing.compareAndSet(false, true)) {
      try {
        close(now);
      } finally {
        closing.set(false);
      }
    }
  }

  private void close(long now) {
    long nanos = now - openedAt;
    long completed = sums.completedSince();
    double wanted = Math.max(FEWEST, Math.min(PLENTY, FOR_A_MEAN * (1 + variation)));
    if (completed >= wanted || (nanos >= LONG_NANOS && completed >= FEWEST_OF_LONG)) {
      Window window = sums.read(nanos);
      variation += FOLLOWING * (window.variation() - variation);
      law.close(window, now);
      inFlight.limit(law.limit());
      pressure = law.pressure();
      baselineNanos = (long) (law.baseline() * Window.NANOS_PER_TICK);
      open(now);
    } else if (nanos >= LONGEST_NANOS) {
      sums.read(nanos); // too little to learn from
      open(now);
    }
  }

  private void open(long now) {
    openedAt = now;
    dueAt = now + Math.max(SHORTEST_NANOS, baselineNanos);
  }

  @Override
  public boolean isBeyondLimit(long place) {
    return false;
  }

  @Override
  public int count() {
    return inFlight.count();
  }

  @Override
  public int limit() {
    return inFlight.limit();
  }

  @Override
  public void limit(int other) {
    throw new UnsupportedOperationException(
        "inFlight must be a number to be changed, got a cap that"
            + " the shield finds by itself: build it with inFlight(" + other + ")");
  }

  /** How hard the server is pressed. */
  Pressure pressure() {
    return pressure;
  }

  /** What work takes that waits for nothing, in nanoseconds; 0 while it is not known. */
  long baselineNanos() {
    return baselineNanos;
  }
}

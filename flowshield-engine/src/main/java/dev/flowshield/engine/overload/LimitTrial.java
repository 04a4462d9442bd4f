package dev.flowshield.engine.overload;

import java.util.function.Supplier;

/**
 * Puts a limit on trial: it is right if the server does as much as without it. If it does
 * clearly less, and requests are rejected, the work may be slower by itself, and the limit too low
 * for it. Then as many are admitted that, with the latency as it is now, the server would do as
 * much as before. If it does, the limit was wrong. If it does not, the server can do less than
 * before, and the limit was right.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class LimitTrial {

  /** The next step. */
  enum Verdict {
    /** Nothing. */
    OPEN,
    /** More may be in flight for a while, see {@link #limit}. */
    RETRY,
    /** The limit was right: that while is over. */
    RIGHT,
    /** The limit was wrong. */
    WRONG
  }

  private static final double CLEARLY_LESS = 0.6;
  private static final double SURE = 3; // standard deviations
  private static final double MUCH = 0.3; // of the requests are rejected
  private static final double SLOWER = 1.5;
  private static final double CLEARLY_MORE = 1.4;
  private static final double SETTLING = 1.3; // latencies
  private static final double ROOM = 1.2;
  private static final double KEPT = 0.999; // of its throughput, span by span
  private static final double STANDING = 0.6; // of the work in flight at the cut
  private static final double FEWEST = 15;
  private static final long FEWEST_FOR_LATENCY = 4;
  private static final double A_FEW = 8;
  private static final double HARDLY_ANY = 0.05; // of the requests are rejected
  private static final long SHORTEST_NANOS = 50_000_000;
  private static final long SPAN_NANOS = 200_000_000;
  private static final long LONGEST_NANOS = 1_000_000_000;

  private static final long[] NONE = {};

  private double endsPerTick; // the known throughput
  private boolean isSpanOpen;
  private long[] from = NONE;
  private long fromAt;
  private boolean isFull; // more is in flight than the limit
  private long[] fullFrom = NONE;
  private long fullFromAt;
  private int fullInFlight; // when it began to be
  private boolean isRetrying;
  private long settledAt; // of the retry
  private double endsPerTickBefore;
  private double latencyBefore;
  private double limit;

  /** Begins, with the throughput before there was a limit. */
  void begin(double newEndsPerTick) {
    endsPerTick = newEndsPerTick;
    skip();
  }

  /** Begins anew to look, because the events say nothing, or the limit is known to be right. */
  void skip() {
    isSpanOpen = false;
    isFull = false;
    isRetrying = false;
  }

  /** Returns whether more is in flight for a while. */
  boolean isRetrying() {
    return isRetrying;
  }

  /** Returns how much may be in flight while it is tried again. */
  double limit() {
    return limit;
  }

  /** Returns the latency that work turned out to have, in ticks. */
  double latency() {
    return latencyBefore;
  }

  /**
   * Looks.
   *
   * @param sums gives those until now
   * @param limitNow the work that may be in flight
   * @param latency the latency of work that waits for nothing, in ticks
   */
  Verdict look(Supplier<long[]> sums, int inFlight, double limitNow, double latency, long now) {
    boolean isDrained = inFlight <= ROOM * limitNow;
    isFull &= !isDrained;
    if (!isSpanOpen) {
      open(sums.get(), now);
    }
    if (!isFull && !isDrained) {
      isFull = true;
      fullFrom = sums.get();
      fullFromAt = now;
      fullInFlight = inFlight;
    }
    return isRetrying ? retry(sums, now) : test(sums, inFlight, limitNow, latency, now);
  }

  private void open(long[] totals, long now) {
    isSpanOpen = true;
    from = totals;
    fromAt = now;
  }

  private Verdict test(
      Supplier<long[]> sums, int inFlight, double limitNow, double latency, long now) {
    long nanos = now - fromAt;
    double latencyNanos = latency * Window.NANOS_PER_TICK;
    if (nanos < Math.max(SHORTEST_NANOS, 2 * latencyNanos)) {
      return Verdict.OPEN;
    }
    long[] totals = sums.get();
    Window span = WindowCounters.between(from, totals, nanos);
    double least = CLEARLY_LESS * endsPerTick * span.ticks();
    boolean isLess = least - span.ended() > SURE * Math.sqrt(least);
    boolean isRejecting = span.rejectedShare() > MUCH;
    boolean isSlower = span.completed() >= FEWEST_FOR_LATENCY && span.latency() > SLOWER * latency;
    boolean hasCut = !isFull && isLess && (isSlower || nanos > LONGEST_NANOS);
    if (isRejecting && (hasCut || isStanding(totals, inFlight, now))) {
      endsPerTickBefore = span.ended() / span.ticks();
      latencyBefore = isSlower ? span.latency() : latency;
      double mean = isSlower ? span.meanLatency() : span.ticks();
      limit = isFull ? inFlight + Math.max(A_FEW, limitNow) : ROOM * endsPerTick * mean;
      skip();
      isRetrying = true;
      settledAt = now + (long) (SETTLING * mean * Window.NANOS_PER_TICK);
      return Verdict.RETRY;
    }
    if (nanos > Math.max(SPAN_NANOS, 4 * latencyNanos) && (least > FEWEST || !isRejecting)) {
      if (isRejecting) {
        endsPerTick = Math.max(KEPT * endsPerTick, span.ended() / span.ticks());
      }
      open(totals, now);
    }
    return Verdict.OPEN;
  }

  /** Returns whether the work in flight at the cut hardly ends. */
  private boolean isStanding(long[] totals, int inFlight, long now) {
    long nanos = now - fullFromAt;
    if (!isFull || nanos < LONGEST_NANOS || inFlight < STANDING * fullInFlight) {
      return false;
    }
    Window sinceFull = WindowCounters.between(fullFrom, totals, nanos);
    return sinceFull.ended() < CLEARLY_LESS * endsPerTick * sinceFull.ticks();
  }

  private Verdict retry(Supplier<long[]> sums, long now) {
    if (now - settledAt < 0) {
      isSpanOpen = false;
      return Verdict.OPEN;
    }
    long nanos = now - fromAt;
    Window span = WindowCounters.between(from, sums.get(), Math.max(1, nanos));
    if (span.ended() < FEWEST && nanos < LONGEST_NANOS) {
      return Verdict.OPEN;
    }
    skip();
    double perTick = span.ended() / span.ticks();
    if (perTick > CLEARLY_MORE * endsPerTickBefore || span.rejectedShare() < HARDLY_ANY) {
      return Verdict.WRONG;
    }
    endsPerTick = perTick;
    return Verdict.RIGHT;
  }
}

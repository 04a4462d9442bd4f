package dev.flowshield.engine.overload;

import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.Reading.Reason;

/**
 * How much work may be in flight, found from what the server does: by Little's law, a server that
 * ends {@code T} pieces of work a second, of which each takes {@code R} where it waits for nothing,
 * has {@code T * R} of them in flight if none waits. A fifth more, and a few for arrivals that come
 * in bunches, keep it at work; beyond that, work would only wait.
 *
 * <p>Where requests are rejected, the limit follows that number. Where none are, nothing is known
 * of what the server could do, and the limit stays somewhat above what was seen to do no harm.
 *
 * <p>Confined to the thread that closes windows; {@link #limit} is for it alone.
 */
final class AdaptiveLimit {

  static final int BEFORE_EVIDENCE = 1000;

  private static final int LEAST = 2;
  private static final int MOST = 10_000;
  private static final double FIRST = 32;

  private static final double SLACK = 1.2;
  private static final double WIDE = 3; // margin for bunches, where few are rejected
  private static final double NARROW = 1;
  private static final double NARROW_SHARE = 0.6;

  private static final double EXTREME_FROM = 0.3;
  private static final double EXTREME_UNTIL = 0.1;
  private static final double ELEVATED_FROM = 0.05;
  private static final long CALM_NANOS = 3_000_000_000L; // after which an extreme time is over
  private static final double HARMLESS_SLOWDOWN = 1.25;
  private static final double HALF_LIFE_NANOS = 10e9;

  private final Baseline baseline = new Baseline();
  private final Elasticity elasticity = new Elasticity();
  private final Throughput throughput = new Throughput();

  private Pressure pressure = Pressure.NORMAL;
  private double limit = BEFORE_EVIDENCE;
  private double rejectedShare; // averaged
  private double harmless; // in flight without waiting, as was seen
  private double previousThroughput;
  private long extremeUntil;
  private boolean wasExtreme;
  private boolean slowWithoutCause; // in the window before

  /** The work that may be in flight. */
  int limit() {
    return (int) Math.ceil(limit);
  }

  Pressure pressure() {
    return pressure;
  }

  /** The latency of work that waits for nothing, in ticks; 0 before the first window. */
  double baseline() {
    return baseline.latency();
  }

  /** Whether the server was seen when it was not overloaded. */
  boolean hasSeenQuietTimes() {
    return baseline.hasSeenQuietTimes();
  }

  /**
   * Work takes no longer than in this window if it waits for nothing, contrary to what it seemed.
   */
  void hasWaited(Window window) {
    baseline.lower(window.latency());
  }

  /** Where the limit comes from. */
  Reason reason() {
    if (limit == BEFORE_EVIDENCE) {
      return Reason.NO_EVIDENCE;
    }
    return pressure == Pressure.NORMAL ? Reason.HARMLESS : Reason.LITTLES_LAW;
  }

  /** The most that was in flight without waiting, of late. */
  int harmless() {
    return (int) harmless;
  }

  /** The work that the server ends in a tick, averaged. */
  double throughput() {
    return throughput.now();
  }

  /** The most work that the server has ended in a tick of the last windows. */
  double mostThroughput() {
    return throughput.most();
  }

  /** Learns from a window that ends now. */
  void close(Window window, long now) {
    double share = window.rejectedShare();
    rejectedShare += 0.5 * (share - rejectedShare);
    throughput.add(window.throughput());
    elasticity.add(window);
    pressure = next(share, now);
    if (!baseline.isWarm(now)) {
      baseline.warmUp(window, now);
    }
    double next = switch (pressure) {
      case NORMAL -> normal(window, now);
      case ELEVATED -> elevated(window, now);
      case EXTREME -> extreme(window, now);
    };
    previousThroughput = window.throughput();
    if (Double.isFinite(next)) {
      limit = Math.max(LEAST, Math.min(MOST, next));
    }
  }

  /**
   * Hardly any work ends, as where all of it waits for something that has failed: nothing is
   * learned of the limit, but the server is pressed if so many requests are rejected. Whether that
   * is new.
   */
  boolean hardlyEnds(double share) {
    boolean isNew = pressure != Pressure.EXTREME && share > EXTREME_FROM;
    if (isNew) {
      pressure = Pressure.EXTREME;
    }
    return isNew;
  }

  private Pressure next(double share, long now) {
    if (share > EXTREME_FROM || (pressure == Pressure.EXTREME && share >= EXTREME_UNTIL)) {
      wasExtreme = true;
      extremeUntil = now;
      return Pressure.EXTREME;
    }
    boolean isRecent = wasExtreme && now - extremeUntil < CALM_NANOS;
    return share > ELEVATED_FROM || isRecent ? Pressure.ELEVATED : Pressure.NORMAL;
  }

  /** Little's law, with a margin. */
  private double target(double perTick) {
    double busy = perTick * baseline.latency();
    double margin = WIDE - (WIDE - NARROW) * Math.min(1, rejectedShare / NARROW_SHARE);
    return busy * SLACK + margin * Math.sqrt(busy) + 1;
  }

  private double slowdown(Window window) {
    return window.latency() / baseline.latency();
  }

  private void seeHarmless(Window window, long now) {
    harmless *= Math.pow(0.5, window.nanos() / HALF_LIFE_NANOS);
    if (slowdown(window) <= HARMLESS_SLOWDOWN) {
      double most = window.mostInFlight();
      // Long work was admitted before the window: what is in flight since may yet do harm.
      boolean isLong = 2 * window.latency() >= window.ticks() && baseline.isWarm(now);
      harmless = Math.max(harmless, isLong ? Math.min(most, window.manyInFlight()) : most);
    }
  }

  private double normal(Window window, long now) {
    if (baseline.isWarm(now)) {
      baseline.learnQuiet(window, now);
    }
    seeHarmless(window, now);
    if (limit == BEFORE_EVIDENCE) {
      return Math.max(FIRST, 2 * harmless + 4);
    }
    if (slowdown(window) > HARMLESS_SLOWDOWN) {
      return limit;
    }
    double least = 2 * harmless + 4;
    double most = 3 * harmless + 8;
    return limit < least
        ? Math.min(least, 1.5 * limit)
        : limit > most ? Math.max(most, 0.95 * limit) : limit;
  }

  private double elevated(Window window, long now) {
    if (baseline.isWarm(now) && window.isClearlyFaster(baseline.latency())) {
      // else the baseline would follow each window that happens to be a fast one
      baseline.learn(window, now);
    }
    raiseIfSlow(window);
    seeHarmless(window, now);
    double target = target(throughput.most());
    double gap = target - limit;
    double next = gap > 0 ? limit + Math.min(0.25 * gap, 0.1 * limit) : limit + 0.25 * gap;
    boolean isCalm = !wasExtreme || now - extremeUntil >= CALM_NANOS;
    if (window.rejectedShare() > ELEVATED_FROM && slowdown(window) <= HARMLESS_SLOWDOWN && isCalm) {
      next = Math.max(next, Math.max(limit, Math.min(1.5 * limit, 2 * harmless + 4)));
    }
    return next;
  }

  /** Where latency does not depend on what is in flight, the work itself takes longer. */
  private void raiseIfSlow(Window window) {
    boolean isSlow = slowdown(window) > 1.2 && elasticity.isLow(0.3);
    if (isSlow && slowWithoutCause) {
      baseline.raise(window.latency());
    }
    slowWithoutCause = isSlow;
  }

  private double extreme(Window window, long now) {
    raiseIfSlow(window);
    seeHarmless(window, now);

    boolean isFull = window.inFlight() >= 0.85 * limit;
    double target = target(throughput.now());
    if (slowdown(window) <= 1.1 && isFull && window.throughput() >= 1.2 * previousThroughput) {
      target = Math.max(target, 2 * limit);
    }
    if (target >= limit) {
      return Math.min(target, limit * (slowdown(window) <= 1.15 ? 2 : 1.5));
    }
    if (!isFull) {
      target = Math.max(target, target(throughput.most()));
    }
    return Math.max(target, 0.7 * limit);
  }
}

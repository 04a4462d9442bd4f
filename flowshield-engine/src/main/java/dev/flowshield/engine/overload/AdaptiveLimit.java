package dev.flowshield.engine.overload;

import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.LimiterState.LimitCause;
import java.util.function.Supplier;

/**
 * The limit of work in flight. Nothing is rejected without evidence that the server is
 * overloaded: its processors are busy, more is begun than they can work off and work is slower, see
 * {@link ProcessorBudget}; or more in flight brings no more throughput, see {@link
 * OverloadDetector}; or requests wait in front of the gate.
 *
 * <p>With evidence, the limit comes from Little's law: a server that ends {@code T} pieces of work
 * a second, each of which takes {@code R} if it waits for nothing, has {@code T * R} of them in
 * flight if no work waits. A fifth more, and a few for arrivals that come in bunches, keep it at
 * work; beyond that, work would only wait. The limit is then on trial, see {@link LimitTrial}.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class AdaptiveLimit {

  /** The limit before anything is known, if processors are seen. */
  static final int BEFORE_EVIDENCE = 1_000;

  /** The limit without evidence. */
  static final int MOST = 10_000;

  private static final int MORE_BEFORE_EVIDENCE = 1_000; // if the processors are not busy
  private static final int FOR_A_PROCESSOR = 4; // if they are
  private static final long LOOK_NANOS = 100_000_000; // at the processors, in quiet times

  private static final double FULL = 0.85; // of the limit
  private static final double SETTLING = 1.5; // latencies, after the limit was raised
  private static final double MORE = 1.5; // may be in flight, if the processors idle
  private static final double A_FEW = 2;

  private static final int LEAST = 2;

  private static final double SLACK = 1.2;
  private static final double WIDE = 3; // margin for bunches, if few are rejected
  private static final double NARROW = 1;
  private static final double NARROW_SHARE = 0.6;

  private static final double EXTREME_FROM = 0.3;
  private static final double EXTREME_UNTIL = 0.1;
  private static final double ELEVATED_FROM = 0.05;
  private static final long CALM_NANOS = 3_000_000_000L; // after which an extreme time is over
  private static final double HARMLESS_SLOWDOWN = 1.25;
  private static final double HALF_LIFE_NANOS = 10e9;
  private static final double CLEARED = 0.7; // of a suspect latency
  private static final double USUAL_FOLLOWING = 0.2;
  private static final double INELASTIC = 0.4;

  private final Baseline baseline = new Baseline();
  private final Elasticity elasticity = new Elasticity();
  private final Throughput throughput = new Throughput(); // by weight
  private final Throughput ends = new Throughput();

  private final OverloadDetector suspicion = new OverloadDetector();
  private final LimitTrial trial = new LimitTrial();
  private final StuckWork held = new StuckWork();
  private final Processors processors;
  private final ProcessorBudget budget;
  private final boolean shedsOnPlateau;

  private Pressure pressure = Pressure.NORMAL;
  private boolean isShedding;
  private double limit;
  private double limitBeforeRetry;
  private double rejectedShare; // averaged
  private double harmless; // in flight without waiting, as was seen
  private double usual; // requests in a tick
  private double previousThroughput;
  private long extremeUntil;
  private boolean wasExtreme;
  private boolean slowWithoutCause; // in the window before
  private boolean hasPaused;
  private long lookedAt; // at the processors
  private boolean isHeld;
  private LimitCause reason;
  private String evidence = ""; // by which it began to shed
  private double basis; // the throughput of the target, in a tick

  /**
   * A limit of which nothing is known yet.
   *
   * @param processors to look at
   * @param shedsOnPlateau whether a plateau is evidence while the processors are seen and not busy
   */
  AdaptiveLimit(Processors processors, boolean shedsOnPlateau) {
    this.processors = processors;
    this.budget = new ProcessorBudget(processors);
    this.shedsOnPlateau = shedsOnPlateau || !processors.areSeen();
    this.limit = processors.areSeen() ? BEFORE_EVIDENCE : MOST;
    this.reason = LimitCause.NO_EVIDENCE;
  }

  /** Returns the work that may be in flight. */
  int limit() {
    return (int) Math.ceil(limit);
  }

  Pressure pressure() {
    return pressure;
  }

  /** Returns the latency of work that waits for nothing, in ticks; 0 before the first window. */
  double baseline() {
    return baseline.latency();
  }

  /** Returns whether the server was seen when it was not overloaded. */
  boolean hasSeenQuietTimes() {
    return baseline.hasSeenQuietTimes();
  }

  /**
   * Work takes no longer than in this window if it waits for nothing, contrary to the assumption.
   */
  void hasWaited(Window window) {
    baseline.lower(window.latency());
  }

  /** Returns the origin of the limit. */
  LimitCause reason() {
    return !isShedding && suspicion.isOpen() && limit < MOST ? LimitCause.BUDGET : reason;
  }

  /** Returns the evidence when it began to shed, or the state of the budget, with numbers. */
  String evidence() {
    return isShedding ? evidence : budget.spending();
  }

  /** Returns the throughput from which the limit is computed, in a tick; 0 before there was any. */
  double basis() {
    return basis;
  }

  /** Returns the most that was in flight without waiting, of late. */
  int harmless() {
    return (int) harmless;
  }

  /** Returns the work that the server ends in a tick, averaged. */
  double throughput() {
    return ends.now();
  }

  /** Returns the most work that the server has ended in a tick of the last windows. */
  double mostThroughput() {
    return ends.most();
  }

  /** The first latency that is known, in ticks. */
  void begin(double latency, long now) {
    baseline.begin(latency, now);
    if (!isShedding) {
      limit = MOST;
      reason = LimitCause.NO_OVERLOAD;
    }
  }

  /**
   * Returns whether work that ends was begun before there was a limit, and nothing is known yet.
   */
  boolean isCrowd(int inFlight) {
    return isShedding && baseline.latency() == 0 && inFlight > limit;
  }

  /** Returns whether the latencies of a window are those of work that waits for nothing. */
  boolean isQuiet(Window window) {
    return !isShedding && !suspicion.isOpen() && slowdown(window) <= HARMLESS_SLOWDOWN;
  }

  /** The process has paused: long work since then says nothing. */
  void paused() {
    hasPaused = true;
  }

  /**
   * Learns from a window that ends now.
   *
   * @param isQueued whether requests have waited in front of the gate for too long
   */
  void close(Window window, boolean isQueued, long now) {
    double share = window.rejectedShare();
    rejectedShare += 0.5 * (share - rejectedShare);
    throughput.add(window.throughput());
    ends.add(window.ended() / window.ticks());
    elasticity.add(window);
    // Work that hardly takes a slot says nothing of the number of slots.
    boolean saysMuch = processors.areBusy() || !held.areOthersIdle();
    if (!isShedding && isQueued && share > ELEVATED_FROM && saysMuch) {
      suspicion.end();
      isShedding = true;
      reason = LimitCause.LITTLES_LAW;
      limit = target(throughput.most());
      trial.begin(ends.now());
    }
    if (isShedding) {
      shedding(window, share, now);
    } else {
      free(window, now);
    }
    previousThroughput = window.throughput();
  }

  private void shedding(Window window, double share, long now) {
    pressure = next(share, now);
    if (pressure == Pressure.NORMAL) {
      release();
    } else if (!trial.isRetrying()) {
      double next = pressure == Pressure.EXTREME ? extreme(window, now) : elevated(window, now);
      if (reason == LimitCause.PROCESSORS && processors.areIdle()) {
        next = Math.max(next, limit);
      }
      if (Double.isFinite(next)) {
        limit = Math.max(LEAST, Math.min(MOST, next));
      }
    }
  }

  private void free(Window window, long now) {
    if (!baseline.isWarm(now)) {
      baseline.warmUp(window, now);
      harmless = Math.max(harmless, (double) window.mostInFlight());
    } else if (suspicion.isOpen()) {
      raiseIfSlow(window);
    } else {
      learn(window, now);
    }
  }

  private void learn(Window window, long now) {
    boolean isSlow = slowdown(window) > HARMLESS_SLOWDOWN;
    if (isSlow && !processors.areBusy() && isInelastic(window)) {
      baseline.raise(window.latency());
    } else {
      baseline.learnQuiet(window, now);
    }
    seeHarmless(window, now);
    double rate = (window.attempts() - window.rejected()) / window.ticks();
    usual += (usual == 0 ? 1 : USUAL_FOLLOWING) * (rate - usual);
  }

  /** Returns the most in flight that was seen to do no harm. */
  private double suspect() {
    return harmless + 2 * Math.sqrt(harmless) + 2;
  }

  /**
   * Looks at the events between windows.
   *
   * @param sums gives those until now
   * @return whether the limit has changed
   */
  boolean look(Supplier<long[]> sums, int inFlight, long now) {
    boolean isSampled = lookAtProcessors(sums, now);
    if (baseline.latency() == 0) {
      return isSampled && !isShedding && begin(inFlight, now);
    }
    boolean hasLooked = held.look(sums, inFlight, baseline.latency(), now);
    boolean wasHeld = isHeld;
    isHeld = held.areAll() && !processors.areBusy();
    boolean isRaised = isSampled && isShedding && raiseIfIdle(inFlight);
    return watch(sums, inFlight, now) || isRaised || (hasLooked && isShedding) || isHeld != wasHeld;
  }

  private boolean watch(Supplier<long[]> sums, int inFlight, long now) {
    if (isShedding) {
      return judge(sums, inFlight, now);
    }
    if (!suspicion.isOpen()) {
      if (inFlight > suspect()) {
        suspicion.begin(sums.get(), inFlight, now);
        budget.begin(now);
        if (processors.isToLookEarly(now)) { // so that the next look is wholly within
          lookAtProcessors(sums.get(), true, now);
        }
      }
      return false;
    }
    return inFlight <= CLEARED * suspect() ? release() : suspect(sums.get(), inFlight, now);
  }

  private boolean lookAtProcessors(Supplier<long[]> sums, long now) {
    boolean isQuiet = !suspicion.isOpen() && !isShedding;
    if (!processors.isToLook(now) || (isQuiet && now - lookedAt < LOOK_NANOS)) {
      return false;
    }
    lookAtProcessors(sums.get(), isQuiet, now);
    return true;
  }

  private void lookAtProcessors(long[] sums, boolean isQuiet, long now) {
    lookedAt = now;
    processors.look(WindowCounters.ended(sums), isQuiet, baseline.latency(), now);
  }

  /** Decides before any work has ended, by the processors alone. */
  private boolean begin(int inFlight, long now) {
    if (!processors.areBusy()) {
      limit = Math.max(limit, Math.min(MOST, inFlight + MORE_BEFORE_EVIDENCE));
      return true;
    }
    int enough = FOR_A_PROCESSOR * processors.count();
    if (inFlight > enough) {
      evidence = processors.use() + ", " + inFlight + " requests begun and none has ended";
      shed(LimitCause.PROCESSORS, enough, now);
      return true;
    }
    return false;
  }

  private boolean suspect(long[] sums, int inFlight, long now) {
    suspicion.look(sums, inFlight, baseline.latency(), now);
    budget.look(suspicion.begun(), baseline.latency(), now);
    boolean areBusy = processors.areBusySince(suspicion.since());
    boolean isOverspent = suspicion.isSlower()
        && (processors.isCostKnown() ? budget.isSpent() : suspicion.isGrowing());
    if (areBusy && isOverspent) {
      evidence = processors.use() + ", "
          + (processors.isCostKnown() ? budget.spending() : suspicion.growth());
      shed(LimitCause.PROCESSORS, now);
      return true;
    }
    if ((shedsOnPlateau || areBusy) && suspicion.isProven(baseline.latency(), usual)) {
      evidence = (areBusy ? processors.use() + ", " : "") + suspicion.plateau();
      shed(areBusy ? LimitCause.PROCESSORS : LimitCause.PLATEAU, now);
      return true;
    }
    if (suspicion.isSteady()) {
      harmless = Math.max(harmless, inFlight);
      usual = Math.max(usual, suspicion.begunPerTick());
      return release();
    }
    double before = limit;
    boolean isBounded = processors.areInUse() && processors.isCostKnown();
    limit = isBounded ? Math.min(MOST, inFlight + budget.left()) : MOST;
    return limit != before;
  }

  /** Returns whether that has changed the limit. */
  private boolean release() {
    boolean hasChanged = limit != MOST;
    suspicion.end();
    isShedding = false;
    limit = MOST;
    reason = LimitCause.NO_OVERLOAD;
    return hasChanged;
  }

  private void shed(LimitCause evidence, long now) {
    double most = Math.max(suspicion.throughput(), throughput.most());
    if (processors.areBusy() && processors.isCostKnown()) {
      most = Math.max(most, processors.perTick());
    }
    throughput.begin(most);
    rejectedShare = NARROW_SHARE;
    shed(evidence, target(most), now);
  }

  private void shed(LimitCause evidence, double first, long now) {
    suspicion.end();
    isShedding = true;
    reason = evidence;
    wasExtreme = true;
    extremeUntil = now;
    pressure = Pressure.EXTREME;
    rejectedShare = NARROW_SHARE;
    limit = Math.max(LEAST, first);
    processors.mark();
    trial.begin(ends.now());
  }

  /** Returns more than the limit if the processors were the evidence and idle now. */
  private boolean raiseIfIdle(int inFlight) {
    if (reason != LimitCause.PROCESSORS || trial.isRetrying()) {
      return false;
    }
    double latencyNanos = baseline.latency() * Window.NANOS_PER_TICK;
    boolean isLong = processors.isMarkedFor(Math.max(LOOK_NANOS, SETTLING * latencyNanos));
    if (!isLong && !hasPaused) {
      return false;
    }
    boolean isFull = inFlight >= FULL * (limit + held());
    boolean isTooLow = isFull && !hasPaused && processors.haveIdled();
    processors.mark();
    limit = isTooLow ? Math.min(MOST, MORE * limit + A_FEW) : limit;
    return isTooLow;
  }

  /** Returns whether that has changed the limit. */
  private boolean judge(Supplier<long[]> sums, int inFlight, long now) {
    if (processors.areBusy() || hasPaused) {
      hasPaused = false;
      boolean wasRetrying = trial.isRetrying();
      trial.skip();
      limit = wasRetrying ? limitBeforeRetry : limit;
      return wasRetrying;
    }
    switch (trial.look(sums, inFlight, limit + held(), baseline.latency(), now)) {
      case OPEN -> {
        return false;
      }
      case RETRY -> {
        limitBeforeRetry = limit;
        limit = Math.max(limit, Math.min(MOST, trial.limit()));
      }
      case RIGHT -> limit = limitBeforeRetry;
      case WRONG -> {
        baseline.lower(trial.latency());
        usual = 0;
        wasExtreme = false;
        pressure = Pressure.NORMAL;
        release();
      }
    }
    return true;
  }

  /**
   * Returns the slots that may be taken beyond the limit, because work holds them that does not
   * end.
   */
  int held() {
    return isShedding ? held.count() : 0;
  }

  /**
   * Returns whether nothing but work that does not end holds slots, and does not compute either:
   * a queue in front of the gate waits for the threads of that work, and would not wait less if
   * other work were rejected.
   */
  boolean isHeld() {
    return isHeld;
  }

  /**
   * Adapts to a window in which hardly any work ended, for example because all of it waits for a
   * failed service. The limit stays. Returns whether the pressure has changed.
   */
  boolean hardlyEnds(double share) {
    boolean isNew = isShedding && pressure != Pressure.EXTREME && share > EXTREME_FROM;
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

  /** Returns the limit by Little's law, with a margin. */
  private double target(double perTick) {
    basis = perTick;
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
      // Long work was admitted before the window: the work in flight since may yet do harm.
      boolean isLong = 2 * window.latency() >= window.ticks() && baseline.isWarm(now);
      harmless = Math.max(harmless, isLong ? Math.min(most, window.manyInFlight()) : most);
    }
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

  /**
   * Raises the baseline if latency does not depend on the work in flight: the work takes longer.
   */
  private void raiseIfSlow(Window window) {
    boolean isSlow = !processors.areBusy() && slowdown(window) > 1.2 && isInelastic(window);
    if (isSlow && slowWithoutCause) {
      baseline.raise(window.latency());
    }
    slowWithoutCause = isSlow;
  }

  private boolean isInelastic(Window window) {
    return elasticity.isLow(INELASTIC, window.meanLatency());
  }

  private double extreme(Window window, long now) {
    raiseIfSlow(window);
    seeHarmless(window, now);

    boolean isFull = window.inFlight() >= FULL * limit;
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

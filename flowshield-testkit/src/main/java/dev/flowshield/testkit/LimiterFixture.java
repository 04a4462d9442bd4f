package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A new limiter and its ticker. Calls the limiter, checks each result against the rules for all
 * results, and records the steps for messages.
 *
 * <p>Time counts as nanoseconds advanced, so that a step back does not shorten a span in which
 * permits were admitted. Not thread-safe.
 */
final class LimiterFixture {

  /** The seed of all random numbers. */
  static final long SEED = Long.getLong("flowshield.testkit.seed", 20261124);

  private static final Instant WALL_CLOCK = Instant.parse("2026-01-01T00:00:00Z");
  private static final int STEPS_TOLD = 12;
  private static final int MAX_WAKE_UPS = 100_000; // far more than a test has waiters

  private final RateLimiterContract contract;
  private final long start;
  private final ManualTicker ticker;
  private final RateLimiter made;
  private final RateLimiter limiter;
  private final PermitUsage used;
  private final Deque<String> steps = new ArrayDeque<>();
  private RateLimit limit;
  private long before; // advanced before the last step back
  private long since; // the reading after that step

  LimiterFixture(RateLimiterContract contract, RateLimit limit) {
    this(contract, limit, 0, spec -> spec);
  }

  LimiterFixture(RateLimiterContract contract, RateLimit limit, long start) {
    this(contract, limit, start, spec -> spec);
  }

  LimiterFixture(
      RateLimiterContract contract,
      RateLimit limit,
      long start,
      UnaryOperator<LimiterSpec> refinement) {
    this.contract = contract;
    this.used = new PermitUsage(contract, this);
    this.limit = limit;
    this.start = start;
    this.since = start;
    this.ticker = ManualTicker.startingAt(start);
    TestWatchdog.observe(this);
    this.made = made(refinement.apply(spec(LimiterSpec.of(limit), ticker)));
    this.limiter = RecordingLimiter.of(made, this);
  }

  private RateLimiter made(LimiterSpec spec) {
    TestWatchdog.callStarted(new TestWatchdog.Call("limiter", List.of(spec)));
    RateLimiter given = contract.limiter(spec);
    TestWatchdog.callEnded();
    if (given == null) {
      throw fault("limiter(spec)", "a new limiter", null, "create one from the spec in each call");
    }
    return given;
  }

  /** Requires that the other fixture has a limiter of its own. */
  void requireAnother(LimiterFixture other) {
    if (made == other.made) {
      throw fault(
          "limiter(spec)",
          "a new limiter each time",
          "the same limiter twice",
          "it must not share state with other tests, and must read the ticker of its own spec");
    }
  }

  /**
   * Creates a fixture with a new limiter for the same limit, at the time at which this fixture
   * began.
   */
  LimiterFixture fresh() {
    return new LimiterFixture(contract, limit, start);
  }

  /** Returns the specification with both clocks taken from the ticker. */
  static LimiterSpec spec(LimiterSpec spec, ManualTicker ticker) {
    long start = ticker.nanos();
    return spec.withTicker(ticker)
        .withInstantSource(() -> WALL_CLOCK.plusNanos(ticker.nanos() - start));
  }

  /** Returns random numbers that are equal in each run with the same seed. */
  static Random random() {
    return new Random(SEED);
  }

  RateLimit limit() {
    return limit;
  }

  /** Returns a random number of permits up to the burst: often one or all of them. */
  long permits(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> limit.burst();
      case 1 -> 1 + random.nextLong(limit.burst());
      default -> 1;
    };
  }

  RateLimiter limiter() {
    return limiter;
  }

  ManualTicker ticker() {
    return ticker;
  }

  /** Returns the nanoseconds advanced. */
  long elapsed() {
    return before + ticker.nanos() - since;
  }

  /** Returns a time after which a key is idle, for any interpretation of the limit. */
  long idleNanos() {
    double refill = (double) limit.burst() / limit.permits() * limit.period().toNanos();
    return 2 * (limit.period().toNanos() + (long) Math.ceil(refill));
  }

  void turn(long nanos) {
    step("turn " + nanos + " ns");
    if (nanos >= 0) {
      if (!ticker.turn(nanos, MAX_WAKE_UPS)) {
        throw fault(
            "futures of the ticker that complete within an advance of " + nanos + " ns",
            "at most " + MAX_WAKE_UPS,
            "more",
            "create one future for the whole wait, not many for parts of it");
      }
      return;
    }
    before = elapsed();
    ticker.advanceNanos(nanos);
    since = ticker.nanos();
  }

  /** Changes the limit. Earlier spans are no longer checked. */
  void changeTo(RateLimit next) {
    step("changeTo " + next);
    used.clear();
    limit = next;
    limiter.changeTo(List.of(next));
  }

  /** Calls decide. Admitted permits count as used. */
  Decision decide(String key, long permits) {
    Decision decision = Results.checked(this, limiter.decide(key, permits), permits);
    step("decide('" + key + "', " + permits + "): " + decision);
    if (decision.isAdmitted()) {
      use(key, permits);
    }
    return decision;
  }

  /** Requires that the permits are admitted. */
  Decision.Admitted admits(String key, long permits, String reason) {
    if (decide(key, permits) instanceof Decision.Admitted admitted) {
      return admitted;
    }
    throw fault(
        "the result for " + permits + " permits of key '" + key + "'",
        "admitted",
        "rejected",
        reason);
  }

  /** Requires that the permits are rejected. */
  Decision.Rejected rejects(String key, long permits, String reason) {
    if (decide(key, permits) instanceof Decision.Rejected rejected) {
      return rejected;
    }
    throw fault(
        "the result for " + permits + " permits of key '" + key + "'",
        "rejected",
        "admitted",
        reason);
  }

  /** Takes the whole burst of an idle key. */
  void spend(String key) {
    admits(key, limit.burst(), "an idle key has its whole burst");
  }

  /**
   * Takes the whole burst of an idle key, and returns the wait for one permit that the limiter
   * reports.
   */
  long spendForWait(String key) {
    spend(key);
    return rejects(key, 1, "the whole burst of the key is spent").retryAfterNanos();
  }

  /** Takes all available permits, one at a time, and returns their number. */
  long takeAll(String key) {
    long taken = 0;
    while (decide(key, 1).isAdmitted()) {
      taken++;
      if (taken > 2 * limit.burst()) {
        throw fault(
            "permits of key '" + key + "' at one instant",
            "at most " + limit.burst(),
            "more than " + taken,
            "subtract each admitted permit from the allowance");
      }
    }
    return taken;
  }

  /** Requires that exactly this number of permits is available, and takes them. */
  void hasExactly(String key, long permits, String reason) {
    long taken = takeAll(key);
    if (taken != permits) {
      throw fault("permits of key '" + key + "' that are available", permits, taken, reason);
    }
  }

  /** Counts permits as used now. */
  void use(String key, long permits) {
    use(key, permits, elapsed());
  }

  /** Counts permits as used at a time between the last use and now. */
  void use(String key, long permits, long at) {
    used.add(key, permits, at);
  }

  /** Counts a reservation that is settled now: the used and the refunded permits. */
  void settled(String key, long permits, long used, long since) {
    if (used > 0) {
      use(key, Math.min(used, permits), since);
    }
    if (used < permits) {
      this.used.addRefunded(key, permits - used, since, elapsed());
    }
  }

  /**
   * Requires for every span that its permits fit the worst case for its length, plus the refunds in
   * it of reservations that were open when it began.
   */
  void requireWorstCase() {
    requireWorstCase(limit);
  }

  /** Requires the same for one of several limits. */
  void requireWorstCase(RateLimit one) {
    used.requireWorstCase(one);
  }

  /** Requires that the number of permits is allowed in a span of this length. */
  void requireWorstCase(String key, long permits, long spanNanos) {
    used.requireWorstCase(limit, key, permits, spanNanos);
  }

  /** Records a step for messages. */
  void step(String step) {
    if (steps.size() == STEPS_TOLD) {
      steps.removeFirst();
    }
    steps.addLast(step);
  }

  /** Returns the time limit of the test. */
  Duration timeout() {
    return TestWatchdog.timeout(contract);
  }

  static String seedText() {
    return ", seed " + SEED + " (another with -Dflowshield.testkit.seed)";
  }

  /** Creates an error with a message in the usual form, followed by the circumstances. */
  AssertionError fault(String what, Object allowed, @Nullable Object given, String correction) {
    return new AssertionError(what + " must be " + allowed + ", got " + given + ": " + correction
        + "\n  limit " + limit + ", ticker from " + start + " now at " + ticker.nanos()
        + seedText() + (steps.isEmpty() ? "" : "\n  last steps: " + String.join("\n    ", steps)));
  }
}

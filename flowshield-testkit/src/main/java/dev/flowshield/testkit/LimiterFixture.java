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
 * A new limiter with its ticker: asks it, checks of each answer what always holds, and remembers
 * what a message has to tell.
 *
 * <p>Time is counted in nanoseconds turned forward, so that a step back does not shorten a span in
 * which permits passed. For one thread.
 */
final class LimiterFixture {

  /** The seed of all that is random. */
  static final long SEED = Long.getLong("flowshield.testkit.seed", 20261124);

  private static final Instant WALL_CLOCK = Instant.parse("2026-01-01T00:00:00Z");
  private static final int STEPS_TOLD = 12;
  private static final int MOST_WAKINGS = 100_000; // by far more than a test has waiters

  private final RateLimiterContract contract;
  private final long start;
  private final ManualTicker ticker;
  private final RateLimiter made;
  private final RateLimiter limiter;
  private final PermitUsage used;
  private final Deque<String> steps = new ArrayDeque<>();
  private RateLimit limit;
  private long before; // turned forward up to the last step back
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
    TestWatchdog.follow(this);
    this.made = made(refinement.apply(spec(LimiterSpec.of(limit), ticker)));
    this.limiter = RecordingLimiter.of(made, this);
  }

  private RateLimiter made(LimiterSpec spec) {
    TestWatchdog.ask(new TestWatchdog.Call("limiter", List.of(spec)));
    RateLimiter given = contract.limiter(spec);
    TestWatchdog.answered();
    if (given == null) {
      throw fault("limiter(spec)", "a new limiter", null, "make one of the spec, each time");
    }
    return given;
  }

  /** Both have to be limiters of their own. */
  void requireAnother(LimiterFixture other) {
    if (made == other.made) {
      throw fault(
          "limiter(spec)",
          "a new limiter each time",
          "the same one twice",
          "it must remember nothing of other tests, and read the ticker of its own spec");
    }
  }

  /**
   * Another limiter for the same limit, new and at the same time of the ticker at which this one
   * began.
   */
  LimiterFixture again() {
    return new LimiterFixture(contract, limit, start);
  }

  /** The spec with both its times taken from the ticker. */
  static LimiterSpec spec(LimiterSpec spec, ManualTicker ticker) {
    long start = ticker.nanos();
    return spec.withTicker(ticker)
        .withInstantSource(() -> WALL_CLOCK.plusNanos(ticker.nanos() - start));
  }

  /** Numbers that are the same in each run with the same seed. */
  static Random random() {
    return new Random(SEED);
  }

  RateLimit limit() {
    return limit;
  }

  /** Some of the permits of a burst: one, all of them, or any number. */
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

  /** Nanoseconds turned forward. */
  long elapsed() {
    return before + ticker.nanos() - since;
  }

  /** A time after which a key is as good as new, by any idea of a limit. */
  long idleNanos() {
    double refill = (double) limit.burst() / limit.permits() * limit.period().toNanos();
    return 2 * (limit.period().toNanos() + (long) Math.ceil(refill));
  }

  void turn(long nanos) {
    step("turn " + nanos + " ns");
    if (nanos >= 0) {
      if (!ticker.turn(nanos, MOST_WAKINGS)) {
        throw fault(
            "futures of the ticker that come within a turn of " + nanos + " ns",
            "at most " + MOST_WAKINGS,
            "more",
            "ask the ticker once for the whole wait, not again and again for a part of it");
      }
      return;
    }
    before = elapsed();
    ticker.advanceNanos(nanos);
    since = ticker.nanos();
  }

  /** Gives the limiter another limit; spans that passed are judged no more. */
  void changeTo(RateLimit next) {
    step("changeTo " + next);
    used.clear();
    limit = next;
    limiter.changeTo(List.of(next));
  }

  /** Asks for a decision; what it admits counts as used. */
  Decision decide(String key, long permits) {
    Decision decision = Results.checked(this, limiter.decide(key, permits), permits);
    step("decide('" + key + "', " + permits + "): " + decision);
    if (decision.isAdmitted()) {
      use(key, permits);
    }
    return decision;
  }

  /** Asks for permits that have to be there. */
  Decision.Admitted admits(String key, long permits, String reason) {
    if (decide(key, permits) instanceof Decision.Admitted admitted) {
      return admitted;
    }
    throw fault(
        "the answer to " + permits + " permits of key '" + key + "'",
        "admitted",
        "rejected",
        reason);
  }

  /** Asks for permits that must not be there. */
  Decision.Rejected rejects(String key, long permits, String reason) {
    if (decide(key, permits) instanceof Decision.Rejected rejected) {
      return rejected;
    }
    throw fault(
        "the answer to " + permits + " permits of key '" + key + "'",
        "rejected",
        "admitted",
        reason);
  }

  /** Takes the whole burst of a key that is as good as new. */
  void spend(String key) {
    admits(key, limit.burst(), "a key that is as good as new has its whole burst");
  }

  /** How long one permit of a spent key takes to come back, as the limiter tells. */
  long spendAndAsk(String key) {
    spend(key);
    return rejects(key, 1, "the whole burst of the key is spent").retryAfterNanos();
  }

  /** Takes whatever is there, a permit at a time. */
  long takeAll(String key) {
    long taken = 0;
    while (decide(key, 1).isAdmitted()) {
      taken++;
      if (taken > 2 * limit.burst()) {
        throw fault(
            "permits of key '" + key + "' at one instant",
            "at most " + limit.burst(),
            "more than " + taken,
            "take each admitted permit off the allowance");
      }
    }
    return taken;
  }

  /** Exactly so many permits of a key are there, and are taken. */
  void hasExactly(String key, long permits, String reason) {
    long taken = takeAll(key);
    if (taken != permits) {
      throw fault("permits of key '" + key + "' that are there", permits, taken, reason);
    }
  }

  /** Counts permits that are used at this time. */
  void use(String key, long permits) {
    use(key, permits, elapsed());
  }

  /** Counts permits that were used at a time between the last ones and now. */
  void use(String key, long permits, long at) {
    used.add(key, permits, at);
  }

  /**
   * Counts a reservation that is settled now: what was used of its permits, and what was given
   * back.
   */
  void settled(String key, long permits, long used, long since) {
    if (used > 0) {
      use(key, Math.min(used, permits), since);
    }
    if (used < permits) {
      this.used.addRefunded(key, permits - used, since, elapsed());
    }
  }

  /**
   * No span of time, wherever it begins and ends, may have seen more than the worst case of its
   * length, and what came back in it of reservations that were open when it began.
   */
  void requireWorstCase() {
    requireWorstCase(limit);
  }

  /** The same for one of several limits. */
  void requireWorstCase(RateLimit one) {
    used.requireWorstCase(one);
  }

  /** So many permits passed in so long a span: is that allowed? */
  void requireWorstCase(String key, long permits, long spanNanos) {
    used.requireWorstCase(limit, key, permits, spanNanos);
  }

  /** Notes what was done, for a message. */
  void step(String step) {
    if (steps.size() == STEPS_TOLD) {
      steps.removeFirst();
    }
    steps.addLast(step);
  }

  /** How long the test may take. */
  Duration timeout() {
    return TestWatchdog.timeout(contract);
  }

  static String seedText() {
    return ", seed " + SEED + " (another with -Dflowshield.testkit.seed)";
  }

  /** A message in the form of all messages, with the circumstances. */
  AssertionError fault(String what, Object allowed, @Nullable Object given, String wayOut) {
    return new AssertionError(what + " must be " + allowed + ", got " + given + ": " + wayOut
        + "\n  limit " + limit + ", ticker from " + start + " now at " + ticker.nanos()
        + seedText() + (steps.isEmpty() ? "" : "\n  last steps: " + String.join("\n    ", steps)));
  }
}

package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
final class Trial {

  /** The seed of all that is random. */
  static final long SEED = Long.getLong("flowshield.testkit.seed", 20261124);

  private static final Instant WALL_CLOCK = Instant.parse("2026-01-01T00:00:00Z");
  private static final int STEPS_TOLD = 12;

  /** Permits of a key that were used, and when. */
  private record Used(long at, long permits) {}

  private final RateLimiterContract contract;
  private final long start;
  private final ManualTicker ticker;
  private final RateLimiter limiter;
  private final Map<String, List<Used>> used = new HashMap<>();
  private final Deque<String> steps = new ArrayDeque<>();
  private RateLimit limit;
  private long before; // turned forward up to the last step back
  private long since; // the reading after that step

  Trial(RateLimiterContract contract, RateLimit limit) {
    this(contract, limit, 0, spec -> spec);
  }

  Trial(RateLimiterContract contract, RateLimit limit, long start) {
    this(contract, limit, start, spec -> spec);
  }

  Trial(
      RateLimiterContract contract,
      RateLimit limit,
      long start,
      UnaryOperator<LimiterSpec> refinement) {
    this.contract = contract;
    this.limit = limit;
    this.start = start;
    this.since = start;
    this.ticker = ManualTicker.startingAt(start);
    this.limiter = contract.limiter(refinement.apply(spec(LimiterSpec.of(limit), ticker)));
  }

  /**
   * Another limiter for the same limit, new and at the same time of the ticker at which this one
   * began.
   */
  Trial anew() {
    return new Trial(contract, limit, start);
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
      ticker.advanceNanos(nanos);
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
    Decision decision = checked(limiter.decide(key, permits), permits);
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

  /** What is true of every answer. */
  Decision checked(Decision decision, long permits) {
    if (decision == null) {
      throw fault("a decision", "an answer", "null", "say Admitted or Rejected");
    }
    if (decision instanceof Decision.Rejected rejected) {
      if (rejected.retryAfterNanos() < 1) {
        throw fault(
            "retryAfterNanos of a rejection",
            "1 or more",
            rejected.retryAfterNanos(),
            "what is there now is admitted, and what comes back takes at least a nanosecond");
      }
      if (rejected.remaining() < 0 || rejected.remaining() >= permits) {
        throw fault(
            "remaining of a rejection of " + permits + " permits",
            "0 to " + (permits - 1),
            rejected.remaining(),
            "a request for what remains is admitted");
      }
    } else if (decision.remaining() < 0 || decision.remaining() > limit.burst() - permits) {
      throw fault(
          "remaining after " + permits + " permits were admitted",
          "0 to " + (limit.burst() - permits),
          decision.remaining(),
          "tell what is left after the taking");
    }
    return decision;
  }

  /** Counts permits that are used at this time. */
  void use(String key, long permits) {
    use(key, permits, elapsed());
  }

  /** Counts permits that were used at a time between the last ones and now. */
  void use(String key, long permits, long at) {
    used.computeIfAbsent(key, none -> new ArrayList<>()).add(new Used(at, permits));
  }

  /**
   * No span of time, wherever it begins and ends, may have seen more than the worst case of its
   * length.
   */
  void requireWorstCase() {
    requireWorstCase(limit);
  }

  /** The same for one of several limits. */
  void requireWorstCase(RateLimit one) {
    used.forEach((key, all) -> requireWorstCase(one, key, all));
  }

  private void requireWorstCase(RateLimit one, String key, List<Used> all) {
    all.sort((earlier, later) -> Long.compare(earlier.at, later.at));
    for (int first = 0; first < all.size(); first++) {
      long sum = 0;
      for (int last = first; last < all.size(); last++) {
        sum += all.get(last).permits;
        requireWorstCase(one, key, sum, all.get(last).at - all.get(first).at);
      }
    }
  }

  /** So many permits passed in so long a span: is that allowed? */
  void requireWorstCase(String key, long permits, long spanNanos) {
    requireWorstCase(limit, key, permits, spanNanos);
  }

  private void requireWorstCase(RateLimit one, String key, long permits, long spanNanos) {
    Duration span = Duration.ofNanos(spanNanos);
    long most = contract.worstCase(one, span);
    if (permits > most) {
      throw fault(
          "permits used of key '" + key + "' within " + span + " at limit " + one,
          "at most " + most,
          permits,
          "the limiter admits too much; if it means the limit in another way, override worstCase");
    }
  }

  /** Notes what was done, for a message. */
  void step(String step) {
    if (steps.size() == STEPS_TOLD) {
      steps.removeFirst();
    }
    steps.addLast(step);
  }

  /** A message in the form of all messages, with the circumstances. */
  AssertionError fault(String what, Object allowed, @Nullable Object given, String wayOut) {
    return new AssertionError(what + " must be " + allowed + ", got " + given + ": " + wayOut
        + "\n  limit " + limit + ", ticker from " + start + " now at " + ticker.nanos()
        + ", seed " + SEED + " (another with -Dflowshield.testkit.seed)"
        + (steps.isEmpty() ? "" : "\n  last steps: " + String.join("\n    ", steps)));
  }
}

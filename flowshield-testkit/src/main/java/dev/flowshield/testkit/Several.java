package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What holds where several limits are kept on each key. */
final class Several {

  private static final String KEY = "alice";
  private static final List<RateLimit> LIMITS = RateLimit.parseAll("3/s, 5/min");
  private static final int STEPS = 300;

  private final RateLimiterContract contract;

  private Several(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    Several several = new Several(contract);
    return contract.keepsSeveralLimits()
        ? Stream.of(
            DynamicTest.dynamicTest("takesOfAllLimitsOrOfNone", several::takesOfAllLimitsOrOfNone),
            DynamicTest.dynamicTest("neverAdmitsMoreThanAnyOfTheLimits", several::neverAdmitsMore),
            DynamicTest.dynamicTest("tellsTheWaitAfterWhichAllLimitsAdmit", several::tellsTheWait),
            DynamicTest.dynamicTest(
                "rejectsPermitsAboveTheSmallestBurst",
                several::rejectsPermitsAboveTheSmallestBurst))
        : Stream.of(DynamicTest.dynamicTest("rejectsSeveralLimits", several::rejectsSeveralLimits));
  }

  private void takesOfAllLimitsOrOfNone() {
    Trial trial = trial();
    check(trial, trial.admits(KEY, 3, "both limits are as good as new"), 0, 2);
    check(trial, trial.rejects(KEY, 1, "3 of 3/s are taken"), 0, 2);
    trial.turn(Duration.ofSeconds(3).toNanos());
    check(trial, trial.admits(KEY, 2, "3 of 3/s and 2 of 5/min are there"), 1, 0);
    trial.turn(Duration.ofSeconds(3).toNanos());
    for (int again = 0; again < 100; again++) {
      Decision.Rejected rejected = trial.rejects(KEY, 1, "5 of 5/min are taken");
      check(trial, rejected, 3, 0);
      if (!rejected.limit().equals(rejected.limits().get(1).limit())) {
        throw trial.fault(
            "the limit that rejects",
            rejected.limits().get(1).limit(),
            rejected.limit(),
            "name the one that does");
      }
    }
  }

  /** The standings are those of the limits in their order, and agree with the decision. */
  private static void check(Trial trial, Decision decision, long first, long second) {
    List<LimitStatus> statuses = decision.limits();
    if (statuses.size() != LIMITS.size()
        || statuses.get(0).remaining() != first
        || statuses.get(1).remaining() != second) {
      throw trial.fault(
          "standings of " + LIMITS,
          first + " and " + second + " remaining",
          statuses,
          "one for each limit, in their order; a request that one rejects takes nothing of the others");
    }
    check(trial, decision);
  }

  private static void check(Trial trial, Decision decision) {
    LimitStatus fewest = decision.limits().get(0);
    LimitStatus longest = decision.limits().get(0);
    for (LimitStatus status : decision.limits()) {
      fewest = status.remaining() < fewest.remaining() ? status : fewest;
      longest = status.retryAfterNanos() > longest.retryAfterNanos() ? status : longest;
    }
    if (decision.remaining() != fewest.remaining()) {
      throw trial.fault(
          "remaining",
          fewest.remaining(),
          decision.remaining(),
          "it is that of the limit with the fewest");
    }
    if (decision instanceof Decision.Rejected rejected) {
      if (rejected.retryAfterNanos() != longest.retryAfterNanos()) {
        throw trial.fault(
            "retryAfterNanos",
            longest.retryAfterNanos(),
            rejected.retryAfterNanos(),
            "all limits have to admit");
      }
      if (!rejected.limit().equals(longest.limit())) {
        throw trial.fault(
            "the limit that rejects",
            longest.limit(),
            rejected.limit(),
            "it is the one that takes longest");
      }
    }
  }

  private void neverAdmitsMore() {
    Random random = Trial.random();
    Trial trial = trial();
    for (int step = 0; step < STEPS; step++) {
      check(trial, trial.decide(KEY, 1 + random.nextLong(3)));
      trial.turn(random.nextInt(20) == 0 ? trial.idleNanos() : random.nextLong(2_000_000_000));
    }
    LIMITS.forEach(trial::requireWorstCase);
  }

  private void tellsTheWait() {
    Random random = Trial.random();
    Trial trial = trial();
    for (int step = 0; step < STEPS; step++) {
      long permits = 1 + random.nextLong(3);
      if (trial.decide(KEY, permits) instanceof Decision.Rejected rejected) {
        if (rejected.retryAfterNanos() > 1) {
          trial.turn(rejected.retryAfterNanos() - 1);
          trial.rejects(KEY, permits, "a shorter wait than the one told must not be enough");
        }
        trial.turn(1);
        trial.admits(
            KEY, permits, "the wait that the rejection told was kept, so all limits admit");
      }
      trial.turn(random.nextLong(2_000_000_000));
    }
  }

  private void rejectsPermitsAboveTheSmallestBurst() {
    Trial trial = trial();
    Decision decision = trial.limiter().decide(KEY, 4);
    Rejections.requireForGood(trial, "decide with 4 permits at " + LIMITS, decision);
    check(trial, decision);
    trial.admits(KEY, 3, "what is rejected takes nothing");
  }

  private void rejectsSeveralLimits() {
    try {
      trial();
    } catch (IllegalArgumentException rejected) {
      return;
    }
    throw new AssertionError("a limiter of " + LIMITS
        + " must be rejected with IllegalArgumentException, got a limiter: read the limit with LimiterSpec.limit(),"
        + " or override keepsSeveralLimits");
  }

  private Trial trial() {
    return new Trial(
        contract,
        LIMITS.get(0),
        0,
        spec -> LimiterSpec.ofAll(LIMITS)
            .withTicker(spec.ticker())
            .withInstantSource(spec.instantSource()));
  }
}

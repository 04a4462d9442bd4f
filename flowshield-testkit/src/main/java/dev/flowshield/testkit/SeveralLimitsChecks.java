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

/** Checks of a limiter with several limits on each key. */
final class SeveralLimitsChecks {

  private static final String KEY = "alice";
  private static final List<RateLimit> LIMITS = RateLimit.parseAll("3/s, 5/min");
  private static final int STEPS = 300;

  private final RateLimiterContract contract;

  private SeveralLimitsChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    SeveralLimitsChecks several = new SeveralLimitsChecks(contract);
    return contract.canEnforceSeveralLimits()
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
    LimiterFixture fixture = fixture();
    check(fixture, fixture.admits(KEY, 3, "both limits are idle"), 0, 2);
    check(fixture, fixture.rejects(KEY, 1, "3 of 3/s are taken"), 0, 2);
    fixture.turn(Duration.ofSeconds(3).toNanos());
    check(fixture, fixture.admits(KEY, 2, "3 of 3/s and 2 of 5/min are available"), 1, 0);
    fixture.turn(Duration.ofSeconds(3).toNanos());
    for (int again = 0; again < 100; again++) {
      Decision.Rejected rejected = fixture.rejects(KEY, 1, "5 of 5/min are taken");
      check(fixture, rejected, 3, 0);
      if (!rejected.limit().equals(rejected.limits().get(1).limit())) {
        throw fixture.fault(
            "the limit that rejects",
            rejected.limits().get(1).limit(),
            rejected.limit(),
            "name the limit that rejects");
      }
    }
  }

  /** Checks that the statuses are those of the limits in order, and agree with the decision. */
  private static void check(LimiterFixture fixture, Decision decision, long first, long second) {
    List<LimitStatus> statuses = decision.limits();
    if (statuses.size() != LIMITS.size()
        || statuses.get(0).remaining() != first
        || statuses.get(1).remaining() != second) {
      throw fixture.fault(
          "statuses of " + LIMITS,
          first + " and " + second + " remaining",
          statuses,
          "one for each limit, in order; a request that one limit rejects takes nothing from the others");
    }
    check(fixture, decision);
  }

  private static void check(LimiterFixture fixture, Decision decision) {
    LimitStatus fewest = decision.limits().get(0);
    LimitStatus longest = decision.limits().get(0);
    for (LimitStatus status : decision.limits()) {
      fewest = status.remaining() < fewest.remaining() ? status : fewest;
      longest = status.retryAfterNanos() > longest.retryAfterNanos() ? status : longest;
    }
    if (decision.remaining() != fewest.remaining()) {
      throw fixture.fault(
          "remaining",
          fewest.remaining(),
          decision.remaining(),
          "it is that of the limit with the fewest");
    }
    if (decision instanceof Decision.Rejected rejected) {
      if (rejected.retryAfterNanos() != longest.retryAfterNanos()) {
        throw fixture.fault(
            "retryAfterNanos",
            longest.retryAfterNanos(),
            rejected.retryAfterNanos(),
            "all limits have to admit");
      }
      if (!rejected.limit().equals(longest.limit())) {
        throw fixture.fault(
            "the limit that rejects",
            longest.limit(),
            rejected.limit(),
            "it is the limit with the longest wait");
      }
    }
  }

  private void neverAdmitsMore() {
    Random random = LimiterFixture.random();
    LimiterFixture fixture = fixture();
    for (int step = 0; step < STEPS; step++) {
      check(fixture, fixture.decide(KEY, 1 + random.nextLong(3)));
      fixture.turn(random.nextInt(20) == 0 ? fixture.idleNanos() : random.nextLong(2_000_000_000));
    }
    LIMITS.forEach(fixture::requireWorstCase);
  }

  private void tellsTheWait() {
    Random random = LimiterFixture.random();
    LimiterFixture fixture = fixture();
    for (int step = 0; step < STEPS; step++) {
      long permits = 1 + random.nextLong(3);
      if (fixture.decide(KEY, permits) instanceof Decision.Rejected rejected) {
        if (rejected.retryAfterNanos() > 1) {
          fixture.turn(rejected.retryAfterNanos() - 1);
          fixture.rejects(KEY, permits, "a shorter wait than the reported one must not suffice");
        }
        fixture.turn(1);
        fixture.admits(KEY, permits, "the reported wait has passed, so all limits admit");
      }
      fixture.turn(random.nextLong(2_000_000_000));
    }
  }

  private void rejectsPermitsAboveTheSmallestBurst() {
    LimiterFixture fixture = fixture();
    Decision decision = fixture.limiter().decide(KEY, 4);
    RejectionChecks.requireNotRetryable(fixture, "decide with 4 permits at " + LIMITS, decision);
    check(fixture, decision);
    fixture.admits(KEY, 3, "a rejected call takes nothing");
  }

  private void rejectsSeveralLimits() {
    try {
      fixture();
    } catch (IllegalArgumentException rejected) {
      return;
    }
    throw new AssertionError("a limiter of " + LIMITS
        + " must be rejected with IllegalArgumentException, got a limiter: read the limit with LimiterSpec.limit(),"
        + " or override canEnforceSeveralLimits");
  }

  private LimiterFixture fixture() {
    return new LimiterFixture(
        contract,
        LIMITS.get(0),
        0,
        spec -> LimiterSpec.ofAll(LIMITS)
            .withTicker(spec.ticker())
            .withInstantSource(spec.instantSource()));
  }
}

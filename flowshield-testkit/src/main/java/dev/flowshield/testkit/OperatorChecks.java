package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.has;
import static dev.flowshield.testkit.CapabilityChecks.test;
import static dev.flowshield.testkit.CapabilityChecks.unsupported;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Checks of the operations for operators: peek, reset, add and change. */
final class OperatorChecks {

  private static final String KEY = "alice";
  private static final int STEPS = 200;

  private final RateLimiterContract contract;

  private OperatorChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    OperatorChecks operations = new OperatorChecks(contract);
    return Stream.of(
            operations.looks(), operations.resets(), operations.adds(), operations.changes())
        .flatMap(tests -> tests);
  }

  private Stream<DynamicTest> looks() {
    return has(contract, Capability.PEEK)
        ? Stream.of(
            test("peeksWithoutTaking", ContractLimits.of(contract), this::peeksWithoutTaking),
            test(
                "changesNothingByPeeking",
                ContractLimits.of(contract),
                this::changesNothingByPeeking),
            test("peeksTheNextDecision", ContractLimits.of(contract), this::peeksTheNextDecision))
        : unsupported(contract, "peek", fixture -> fixture.limiter().peek(KEY));
  }

  private Stream<DynamicTest> resets() {
    return has(contract, Capability.RESET)
        ? Stream.of(
            test("resetsAKeyAndNoOther", ContractLimits.of(contract), this::resetsAKeyAndNoOther),
            test(
                "resetsAKeyThatWasNeverSeen",
                ContractLimits.of(contract),
                this::resetsAKeyThatWasNeverSeen))
        : unsupported(contract, "reset", fixture -> run(() -> fixture.limiter().reset(KEY)));
  }

  private Stream<DynamicTest> adds() {
    return has(contract, Capability.ADD)
        ? Stream.of(
            test(
                "addsPermitsUpToTheBurst",
                ContractLimits.of(contract),
                this::addsPermitsUpToTheBurst),
            test("rejectsAddingNothing", ContractLimits.of(contract), this::rejectsAddingNothing))
        : unsupported(contract, "add", fixture -> run(() -> fixture.limiter().add(KEY, 1)));
  }

  private Stream<DynamicTest> changes() {
    return has(contract, Capability.CHANGE)
        ? Stream.concat(
            LimitChangeChecks.of(contract),
            Stream.of(
                test(
                    "keepsTheStateOfKeysInProportion",
                    ContractLimits.of(contract),
                    this::keepsTheStateInProportion),
                test(
                    "keepsTheNewLimitAfterAChange",
                    ContractLimits.of(contract),
                    this::keepsTheNewLimit),
                test(
                    "rejectsAnInvalidChangeAndChangesNothing",
                    ContractLimits.of(contract),
                    this::rejectsAChangeThatIsNone)))
        : unsupported(
            contract,
            "changeTo",
            fixture -> run(() -> fixture.limiter().changeTo(List.of(fixture.limit()))));
  }

  private void peeksWithoutTaking(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    for (int look = 0; look < 100; look++) {
      Decision decision = fixture.limiter().peek(KEY);
      if (!decision.isAdmitted() || decision.remaining() != limit.burst()) {
        throw fixture.fault(
            "a peek at a new key",
            "admitted, with " + limit.burst() + " remaining",
            decision,
            "peeking takes nothing");
      }
    }
    fixture.hasExactly(KEY, limit.burst(), "peeking takes nothing");
  }

  private void changesNothingByPeeking(RateLimit limit) {
    Random random = LimiterFixture.random();
    LimiterFixture seen = new LimiterFixture(contract, limit);
    LimiterFixture unseen = new LimiterFixture(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      seen.step("peek('" + KEY + "'): " + seen.limiter().peek(KEY));
      long permits = random.nextInt(4) == 0 ? 1 + random.nextLong(limit.burst()) : 1;
      Decision expected = unseen.decide(KEY, permits);
      Decision given = seen.decide(KEY, permits);
      if (!given.equals(expected)) {
        throw seen.fault(
            "decide('" + KEY + "', " + permits + ") after a peek at the key",
            expected + ", as without",
            given,
            "peeking changes nothing");
      }
      long time = random.nextLong(1 + limit.period().toNanos() / limit.permits());
      seen.turn(time);
      unseen.turn(time);
    }
  }

  private void peeksTheNextDecision(RateLimit limit) {
    Random random = LimiterFixture.random();
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      Decision shown = fixture.limiter().peek(KEY);
      fixture.step("peek('" + KEY + "'): " + shown);
      Decision asked = fixture.decide(KEY, 1);
      if (asked instanceof Decision.Rejected ? !shown.equals(asked) : !shown.isAdmitted()) {
        throw fixture.fault(
            "a peek at a key", asked, shown, "it returns the decision about one permit");
      }
      if (asked.isAdmitted() && shown.remaining() != asked.remaining() + 1) {
        throw fixture.fault(
            "remaining of a peek at a key",
            asked.remaining() + 1,
            shown.remaining(),
            "nothing is taken yet");
      }
      fixture.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
    }
  }

  private void resetsAKeyAndNoOther(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    fixture.spend(KEY);
    fixture.spend("bob");
    fixture.spend("");
    fixture.limiter().reset(KEY);
    fixture.step("reset('" + KEY + "')");
    fixture.rejects("bob", 1, "another key was reset");
    fixture.rejects("", 1, "another key was reset");
    fixture.hasExactly(KEY, limit.burst(), "a key that was reset has its whole burst, and no more");
    fixture.limiter().reset("");
    fixture.step("reset('')");
    fixture.hasExactly("", limit.burst(), "the empty key is a key, and was reset");
    fixture.rejects(KEY, 1, "another key was reset");
  }

  private void resetsAKeyThatWasNeverSeen(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    fixture.limiter().reset(KEY);
    fixture.hasExactly(KEY, limit.burst(), "a key that was reset has its whole burst, and no more");
  }

  private void addsPermitsUpToTheBurst(RateLimit limit) {
    for (String key : List.of(KEY, "")) {
      for (long added : new long[] {1, limit.burst(), limit.burst() + 1, Long.MAX_VALUE}) {
        LimiterFixture fixture = new LimiterFixture(contract, limit);
        add(fixture, key, added);
        fixture.hasExactly(key, limit.burst(), "a key that has its whole burst gets no more");
        fixture.spend("bob");
        add(fixture, key, added);
        fixture.hasExactly(
            key,
            Math.min(added, limit.burst()),
            "the permits were added to an empty allowance, up to the burst");
        fixture.rejects("bob", 1, "permits were added to another key");
      }
    }
  }

  private static void add(LimiterFixture fixture, String key, long permits) {
    fixture.limiter().add(key, permits);
    fixture.step("add('" + key + "', " + permits + ")");
  }

  private void rejectsAddingNothing(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    for (long none : new long[] {0, -1, Long.MIN_VALUE}) {
      RejectionChecks.require(
          fixture,
          IllegalArgumentException.class,
          "adding " + none + " permits",
          () -> run(() -> fixture.limiter().add(KEY, none)));
    }
  }

  private void keepsTheStateInProportion(RateLimit limit) {
    for (RateLimit next : List.of(limit, twice(limit), half(limit))) {
      for (long taken : new long[] {0, 1, limit.burst() / 2, limit.burst() - 1, limit.burst()}) {
        LimiterFixture fixture = new LimiterFixture(contract, limit);
        if (taken > 0) {
          fixture.admits(KEY, taken, "a new key has its whole burst");
        }
        fixture.changeTo(next);
        long spent = -Math.floorDiv(-taken * next.burst(), limit.burst());
        fixture.hasExactly(
            KEY,
            next.burst() - spent,
            "a key that had spent " + taken + " of " + limit.burst()
                + " has spent as large a part of " + next.burst() + ", rounded up");
        fixture.hasExactly("bob", next.burst(), "a new key has the whole new burst");
      }
    }
  }

  private void keepsTheNewLimit(RateLimit limit) {
    for (RateLimit next : List.of(twice(limit), half(limit))) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      fixture.spend(KEY);
      fixture.changeTo(next);
      for (int step = 0; step < STEPS; step++) {
        if (fixture.decide(KEY, 1) instanceof Decision.Rejected rejected) {
          fixture.turn(rejected.retryAfterNanos() - 1);
          fixture.rejects(KEY, 1, "a shorter wait than the reported one must not suffice");
          fixture.turn(1);
          fixture.admits(KEY, 1, "the reported wait has passed");
        }
      }
      fixture.requireWorstCase();
      fixture.turn(fixture.idleNanos());
      fixture.hasExactly(KEY, next.burst(), "an idle key has the whole new burst");
    }
  }

  private void rejectsAChangeThatIsNone(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    fixture.admits(KEY, 1, "a new key has its whole burst");
    for (List<RateLimit> none : List.of(List.<RateLimit>of(), List.of(twice(limit), half(limit)))) {
      RejectionChecks.require(
          fixture,
          IllegalArgumentException.class,
          "a change of one limit to " + none,
          () -> run(() -> fixture.limiter().changeTo(none)));
    }
    RejectionChecks.require(
        fixture,
        IllegalArgumentException.class,
        "a change to 'much'",
        () -> run(() -> fixture.limiter().changeTo("much")));
    fixture.hasExactly(KEY, limit.burst() - 1, "a change that is rejected changes nothing");
  }

  /** Returns a limit with the same rate, so that it is within the range of every limiter. */
  private static RateLimit twice(RateLimit limit) {
    return new RateLimit(2 * limit.permits(), limit.period().multipliedBy(2), 2 * limit.burst());
  }

  private static RateLimit half(RateLimit limit) {
    return new RateLimit(
        Math.max(1, limit.permits() / 2), limit.period(), Math.max(1, limit.burst() / 2));
  }

  private static Object run(Runnable call) throws Exception {
    Callable<Object> answering = Executors.callable(call, "nothing");
    return answering.call();
  }
}

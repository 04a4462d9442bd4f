package dev.flowshield.testkit;

import static dev.flowshield.testkit.Capabilities.has;
import static dev.flowshield.testkit.Capabilities.test;
import static dev.flowshield.testkit.Capabilities.unsupported;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What holds when operators look, reset and change. */
final class Operations {

  private static final String KEY = "alice";
  private static final int STEPS = 200;

  private final RateLimiterContract contract;

  private Operations(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    Operations operations = new Operations(contract);
    return Stream.of(
            operations.looks(), operations.resets(), operations.adds(), operations.changes())
        .flatMap(tests -> tests);
  }

  private Stream<DynamicTest> looks() {
    return has(contract, Capability.PEEK)
        ? Stream.of(
            test("looksWithoutTaking", Limits.of(contract), this::looksWithoutTaking),
            test("changesNothingByLooking", Limits.of(contract), this::changesNothingByLooking),
            test("showsWhatWouldBeAnswered", Limits.of(contract), this::showsWhatWouldBeAnswered))
        : unsupported(contract, "peek", trial -> trial.limiter().peek(KEY));
  }

  private Stream<DynamicTest> resets() {
    return has(contract, Capability.RESET)
        ? Stream.of(
            test("resetsAKeyAndNoOther", Limits.of(contract), this::resetsAKeyAndNoOther),
            test(
                "resetsAKeyThatWasNeverSeen",
                Limits.of(contract),
                this::resetsAKeyThatWasNeverSeen))
        : unsupported(contract, "reset", trial -> run(() -> trial.limiter().reset(KEY)));
  }

  private Stream<DynamicTest> adds() {
    return has(contract, Capability.ADD)
        ? Stream.of(
            test("addsPermitsUpToTheBurst", Limits.of(contract), this::addsPermitsUpToTheBurst),
            test("rejectsAddingNothing", Limits.of(contract), this::rejectsAddingNothing))
        : unsupported(contract, "add", trial -> run(() -> trial.limiter().add(KEY, 1)));
  }

  private Stream<DynamicTest> changes() {
    return has(contract, Capability.CHANGE)
        ? Stream.concat(
            Changes.of(contract),
            Stream.of(
                test(
                    "keepsTheStateOfKeysInProportion",
                    Limits.of(contract),
                    this::keepsTheStateInProportion),
                test("keepsTheNewLimitAfterAChange", Limits.of(contract), this::keepsTheNewLimit),
                test(
                    "rejectsAChangeThatIsNoneAndChangesNothing",
                    Limits.of(contract),
                    this::rejectsAChangeThatIsNone)))
        : unsupported(
            contract,
            "changeTo",
            trial -> run(() -> trial.limiter().changeTo(List.of(trial.limit()))));
  }

  private void looksWithoutTaking(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    for (int look = 0; look < 100; look++) {
      Decision decision = trial.limiter().peek(KEY);
      if (!decision.isAdmitted() || decision.remaining() != limit.burst()) {
        throw trial.fault(
            "a look at a new key",
            "admitted, with " + limit.burst() + " remaining",
            decision,
            "looking takes nothing");
      }
    }
    trial.hasExactly(KEY, limit.burst(), "looking takes nothing");
  }

  private void changesNothingByLooking(RateLimit limit) {
    Random random = Trial.random();
    Trial seen = new Trial(contract, limit);
    Trial unseen = new Trial(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      seen.step("peek('" + KEY + "'): " + seen.limiter().peek(KEY));
      long permits = random.nextInt(4) == 0 ? 1 + random.nextLong(limit.burst()) : 1;
      Decision expected = unseen.decide(KEY, permits);
      Decision given = seen.decide(KEY, permits);
      if (!given.equals(expected)) {
        throw seen.fault(
            "decide('" + KEY + "', " + permits + ") after a look at the key",
            expected + ", as without",
            given,
            "looking changes nothing");
      }
      long time = random.nextLong(1 + limit.period().toNanos() / limit.permits());
      seen.turn(time);
      unseen.turn(time);
    }
  }

  private void showsWhatWouldBeAnswered(RateLimit limit) {
    Random random = Trial.random();
    Trial trial = new Trial(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      Decision shown = trial.limiter().peek(KEY);
      trial.step("peek('" + KEY + "'): " + shown);
      Decision asked = trial.decide(KEY, 1);
      if (asked instanceof Decision.Rejected ? !shown.equals(asked) : !shown.isAdmitted()) {
        throw trial.fault(
            "a look at a key", asked, shown, "it shows what decide would answer to one permit");
      }
      if (asked.isAdmitted() && shown.remaining() != asked.remaining() + 1) {
        throw trial.fault(
            "remaining of a look at a key",
            asked.remaining() + 1,
            shown.remaining(),
            "nothing is taken yet");
      }
      trial.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
    }
  }

  private void resetsAKeyAndNoOther(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    trial.spend(KEY);
    trial.spend("bob");
    trial.spend("");
    trial.limiter().reset(KEY);
    trial.step("reset('" + KEY + "')");
    trial.rejects("bob", 1, "another key was reset");
    trial.rejects("", 1, "another key was reset");
    trial.hasExactly(KEY, limit.burst(), "a key that was reset has its whole burst, and no more");
    trial.limiter().reset("");
    trial.step("reset('')");
    trial.hasExactly("", limit.burst(), "the empty key is a key, and was reset");
    trial.rejects(KEY, 1, "another key was reset");
  }

  private void resetsAKeyThatWasNeverSeen(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    trial.limiter().reset(KEY);
    trial.hasExactly(KEY, limit.burst(), "a key that was reset has its whole burst, and no more");
  }

  private void addsPermitsUpToTheBurst(RateLimit limit) {
    for (String key : List.of(KEY, "")) {
      for (long added : new long[] {1, limit.burst(), limit.burst() + 1, Long.MAX_VALUE}) {
        Trial trial = new Trial(contract, limit);
        add(trial, key, added);
        trial.hasExactly(key, limit.burst(), "a key that has its whole burst gets no more");
        trial.spend("bob");
        add(trial, key, added);
        trial.hasExactly(
            key, Math.min(added, limit.burst()), "so many were added to none, up to the burst");
        trial.rejects("bob", 1, "permits were added to another key");
      }
    }
  }

  private static void add(Trial trial, String key, long permits) {
    trial.limiter().add(key, permits);
    trial.step("add('" + key + "', " + permits + ")");
  }

  private void rejectsAddingNothing(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    for (long none : new long[] {0, -1, Long.MIN_VALUE}) {
      Rejections.require(
          trial,
          IllegalArgumentException.class,
          "adding " + none + " permits",
          () -> run(() -> trial.limiter().add(KEY, none)));
    }
  }

  private void keepsTheStateInProportion(RateLimit limit) {
    for (RateLimit next : List.of(limit, twice(limit), half(limit))) {
      for (long taken : new long[] {0, 1, limit.burst() / 2, limit.burst() - 1, limit.burst()}) {
        Trial trial = new Trial(contract, limit);
        if (taken > 0) {
          trial.admits(KEY, taken, "a new key has its whole burst");
        }
        trial.changeTo(next);
        long spent = -Math.floorDiv(-taken * next.burst(), limit.burst());
        trial.hasExactly(
            KEY,
            next.burst() - spent,
            "who had spent " + taken + " of " + limit.burst() + " has spent as large a part of "
                + next.burst() + ", rounded up");
        trial.hasExactly("bob", next.burst(), "a new key has the whole new burst");
      }
    }
  }

  private void keepsTheNewLimit(RateLimit limit) {
    for (RateLimit next : List.of(twice(limit), half(limit))) {
      Trial trial = new Trial(contract, limit);
      trial.spend(KEY);
      trial.changeTo(next);
      for (int step = 0; step < STEPS; step++) {
        if (trial.decide(KEY, 1) instanceof Decision.Rejected rejected) {
          trial.turn(rejected.retryAfterNanos() - 1);
          trial.rejects(KEY, 1, "a shorter wait than the one told must not be enough");
          trial.turn(1);
          trial.admits(KEY, 1, "the wait that the rejection told was kept");
        }
      }
      trial.requireWorstCase();
      trial.turn(trial.idleNanos());
      trial.hasExactly(KEY, next.burst(), "a key that is as good as new has the whole new burst");
    }
  }

  private void rejectsAChangeThatIsNone(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    trial.admits(KEY, 1, "a new key has its whole burst");
    for (List<RateLimit> none : List.of(List.<RateLimit>of(), List.of(twice(limit), half(limit)))) {
      Rejections.require(
          trial,
          IllegalArgumentException.class,
          "a change of one limit to " + none,
          () -> run(() -> trial.limiter().changeTo(none)));
    }
    Rejections.require(
        trial,
        IllegalArgumentException.class,
        "a change to 'much'",
        () -> run(() -> trial.limiter().changeTo("much")));
    trial.hasExactly(KEY, limit.burst() - 1, "a change that is rejected changes nothing");
  }

  /** The same rate, so that no limiter is asked for one beyond its range. */
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

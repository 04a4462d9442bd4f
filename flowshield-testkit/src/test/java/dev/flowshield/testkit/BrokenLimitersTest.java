package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A limiter that is wrong fails a test in bounded time, and is told which promise broke. */
class BrokenLimitersTest {

  private static final String LONG_RUN = "admitsTheWholeRateInTheLongRunAndNoMore";
  private static final String FIRST = "admitsAWholeBurstAtOnceAndNoMore";

  /** The longest that one test may take: the patience is a second. */
  private static final Duration BOUND = Duration.ofSeconds(20);

  private record Mistake(Class<?> limiter, String test, String fails, List<String> says) {}

  @TestFactory
  Stream<DynamicTest> everyMistakeIsNamedInBoundedTime() {
    return Stream.of(
            mistake(
                BrokenLimiters.ForgetsToRefill.class,
                LONG_RUN,
                "after exactly the wait of 100000000 ns that a rejection told must be admitted,"
                    + " got rejected for 100000000 ns more",
                "refill by spec.ticker()"),
            mistake(
                BrokenLimiters.ReadsTheClockOfTheMachine.class, LONG_RUN, "read no other clock"),
            mistake(
                BrokenLimiters.RoundsItsWaitsDownToMicroseconds.class,
                LONG_RUN,
                "the wait told is too short: round it up, not down"),
            mistake(
                BrokenLimiters.ChargesALittleForARejection.class,
                LONG_RUN,
                "a rejection must take nothing"),
            mistake(
                BrokenLimiters.TellsNegativeWaits.class,
                LONG_RUN,
                "retryAfterNanos of a rejection must be 1 or more, got -"),
            mistake(
                BrokenLimiters.SweepsAllKeysInEachCall.class,
                "neverForgivesASpentKeyInAFlood",
                "the time of a test must be at most PT1S, got ",
                "a call costs more the more keys there are"),
            mistake(
                BrokenLimiters.IsSlow.class,
                "neverForgivesASpentKeyInAFlood",
                "a call takes microseconds in memory",
                "override patience()"),
            mistake(
                BrokenLimiters.Blocks.class,
                FIRST,
                "the answer to decide('alice', 10) must be given within PT1S, got none",
                "blocks on nothing"),
            mistake(
                BrokenLimiters.Blocks.class, // and of the others each takes a tenth
                "threadsGetOneBurstTogether",
                "must be at most PT0.1S, got no end"),
            mistake(
                BrokenLimiters.BelongsToOneThread.class,
                "neverAdmitsMoreUnderThreads",
                "the answers of the limiter to 8 threads at once",
                "not my thread"),
            mistake(
                BrokenLimiters.AnswersNull.class,
                FIRST,
                "the answer to decide('alice', 10) must be given, got null"),
            mistake(
                BrokenLimiters.Overflows.class,
                FIRST,
                "the answer to decide('alice', 10) must be one that the call declares,",
                "got java.lang.ArithmeticException: long overflow"),
            mistake(
                BrokenLimiters.NeverCompletes.class,
                "allWaysToAskAgree",
                "the answer to decideAsync('alice', ",
                "got none within PT0.333333333S",
                "complete the stage"),
            mistake(
                BrokenLimiters.CompletesWithNull.class,
                "allWaysToAskAgree",
                "must be given by its stage, got null"),
            mistake(
                BrokenLimiters.CompletesWithAFailure.class,
                "allWaysToAskAgree",
                "got java.lang.IllegalStateException: no connection"),
            mistakeIn(
                BrokenLimiters.NeverCompletes.class,
                "waits",
                "admitsAtOnceWhatIsThere",
                "the answer to acquire must be admitted, got no answer yet"),
            mistakeIn(
                BrokenLimiters.CompletesWithNull.class,
                "waits",
                "admitsAtOnceWhatIsThere",
                "the answer to acquireAsync('alice', 10, PT0S) must be given by its stage, got null"),
            mistakeIn(
                BrokenLimiters.CompletesWithAFailure.class,
                "waits",
                "admitsAtOnceWhatIsThere",
                "got java.lang.IllegalStateException: no connection"),
            mistakeIn(
                BrokenLimiters.NeverCompletes.class,
                "reserves",
                "answersAtOnceAndLaterAlike",
                "the answer to reserveAsync('alice', ",
                "got none within"),
            mistakeIn(
                BrokenLimiters.PollsEachNanosecond.class,
                "waits",
                "waitsExactlyUntilThePermitsAreThere",
                "futures of the ticker that come within a turn",
                "ask the ticker once for the whole wait"),
            mistakeIn(
                BrokenLimiters.PromisesWhatItCannot.class,
                "reserves",
                "takesTheEstimate",
                "the answer to reserve('alice', 1) must be",
                "implement what capabilities() promise"),
            mistakeIn(
                BrokenLimiters.ForgetsAKeyThatIsLookedAt.class,
                "isOperated",
                "changesNothingByLooking",
                "looking changes nothing"),
            mistake(
                BrokenLimiters.SaysItTookAPart.class,
                "takesAPartWhereNotAllIsThere",
                "it takes what it says"),
            mistake(
                BrokenLimiters.TakesAllOrNothing.class,
                "takesAPartWhereNotAllIsThere",
                "it takes what is there"),
            mistakeIn(
                BrokenLimiters.ReservesTwiceWhenAsynchronous.class,
                "reserves",
                "answersAtOnceAndLaterAlike",
                "it answers as reserve does"),
            mistake(
                BrokenLimiters.IsMadeOnce.class, FIRST, "must be a new limiter each time, got the"),
            mistake(
                BrokenLimiters.IsNull.class,
                FIRST,
                "limiter(spec) must be a new limiter, got null"),
            mistake(
                BrokenLimiters.KeepsNoneOfTheLimits.class,
                FIRST,
                "limiter(spec) must be a new limiter, got java.lang.IllegalArgumentException",
                "override limits() with limits that it keeps",
                "limit must be a whole minute"),
            mistake(
                BrokenLimiters.HasNoLimits.class, FIRST, "limits() must be at least one, got none"))
        .map(mistake -> dynamicTest(
            mistake.limiter.getSimpleName() + " in " + mistake.fails,
            () -> assertTimeoutPreemptively(BOUND, () -> requireNamed(mistake))));
  }

  private static Mistake mistake(Class<?> limiter, String test, String... says) {
    return new Mistake(limiter, test, test + "()", List.of(says));
  }

  private static Mistake mistakeIn(Class<?> limiter, String factory, String fails, String... says) {
    return new Mistake(limiter, factory, fails, List.of(says));
  }

  private static void requireNamed(Mistake mistake) {
    Map<String, String> failed = ContractRun.failedTests(mistake.limiter, mistake.test);

    assertThat(failed).containsKey(mistake.fails);
    assertThat(failed.get(mistake.fails)).contains(" must be ", ", got ").contains(mistake.says);
  }

  /** The first test is given a second, the others a tenth of it once one was cut off. */
  @TestFactory
  Stream<DynamicTest> theWholeContractEnds() {
    return Stream.of(
            BrokenLimiters.Blocks.class,
            BrokenLimiters.NeverCompletes.class,
            BrokenLimiters.ForgetsToRefill.class,
            BrokenLimiters.ChargesALittleForARejection.class,
            BrokenLimiters.SweepsAllKeysInEachCall.class,
            BrokenLimiters.PollsEachNanosecond.class)
        .map(limiter -> dynamicTest(
            limiter.getSimpleName(),
            () -> assertTimeoutPreemptively(
                Duration.ofMinutes(2),
                () -> assertThat(ContractRun.failedTests(limiter)).isNotEmpty())));
  }

  @Test
  void aSmallBucketThatIsRightPassesTheSameTests() {
    assertThat(ContractRun.failedTests(Right.class, LONG_RUN)).isEmpty();
    assertThat(ContractRun.failedTests(Right.class, FIRST)).isEmpty();
    assertThat(ContractRun.failedTests(Right.class, "allWaysToAskAgree")).isEmpty();
  }

  static class Right implements RateLimiterContract {
    @Override
    public List<RateLimit> limits() {
      return RateLimit.parseAll("10/s, 60/min burst 5");
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new BrokenLimiters.Bucket(spec);
    }
  }
}

package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Every defect fails the test that is meant to find it, in bounded time, and the message says which
 * promise broke.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("thorough")
class DefectsTest {

  /** The longest that one test may take; the patience of many defects is a second. */
  private static final Duration BOUND = Duration.ofSeconds(60);

  @TestFactory
  @Order(1) // of a limiter that was cut off, later tests are given less time
  Stream<DynamicTest> findsEveryDefect() {
    return Stream.of(
            KeyDefects.ALL, // first, as the time of a call is measured
            CallDefects.ALL,
            TimeDefects.ALL,
            AnswerDefects.ALL,
            WaitDefects.ALL,
            ReserveDefects.ALL,
            OperationDefects.ALL,
            MakingDefects.ALL)
        .flatMap(List::stream)
        .map(defect -> dynamicTest(
            defect.limiter().getSimpleName() + " by " + defect.fails(),
            () -> assertTimeoutPreemptively(BOUND, defect::requireFound)));
  }

  /** The first test is given a second, the others a tenth of it once one was cut off. */
  @TestFactory
  @Order(2)
  Stream<DynamicTest> theWholeContractEnds() {
    return Stream.of(
            CallDefects.Blocks.class,
            CallDefects.NeverCompletes.class,
            TimeDefects.ForgetsToRefill.class,
            AnswerDefects.ChargesALittleForARejection.class,
            KeyDefects.SweepsAllKeysInEachCall.class,
            WaitDefects.PollsEachNanosecond.class)
        .map(limiter -> dynamicTest(
            limiter.getSimpleName(),
            () -> assertTimeoutPreemptively(
                Duration.ofMinutes(2),
                () -> assertThat(ContractRun.failedTests(limiter)).isNotEmpty())));
  }

  @Test
  void saysThatNothingIsTestedWithoutLimits() {
    assertThat(ContractRun.failedTests(
            MakingDefects.HasNoLimits.class, "admitsAWholeBurstAtOnceAndNoMore"))
        .hasEntrySatisfying(
            "admitsAWholeBurstAtOnceAndNoMore()",
            says -> assertThat(says).contains("limits() must be at least one, got none"));
  }

  @Test
  void findsNothingInALimiterThatIsRight() {
    assertThat(ContractRun.failedTests(ExactLimiterContractTest.class, "waits")).isEmpty();
    assertThat(ContractRun.failedTests(ExactLimiterContractTest.class, "tellsExactlyWhatRemains"))
        .isEmpty();
  }

  @Test
  void aSmallBucketThatIsRightPassesTheSameTests() {
    for (String test : List.of(
        "admitsTheWholeRateInTheLongRunAndNoMore",
        "admitsAWholeBurstAtOnceAndNoMore",
        "allWaysToAskAgree")) {
      assertThat(ContractRun.failedTests(Right.class, test)).isEmpty();
    }
  }

  static class Right implements RateLimiterContract {
    @Override
    public List<RateLimit> limits() {
      return RateLimit.parseAll("10/s, 60/min burst 5");
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec);
    }
  }
}

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Checks that every defect fails the expected test, in bounded time, with a message about the
 * broken promise.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DefectsTest {

  /** The longest time of one test; the timeout of many defects is a second. */
  private static final Duration BOUND = Duration.ofSeconds(60);

  @TestFactory
  @Order(1) // after a timeout, later tests of the limiter get less time
  Stream<DynamicTest> findsEveryDefect() {
    return Stream.of(
            KeyDefects.ALL, // first, because it measures the time of calls
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

  /** The first test gets a second, and after a timeout the others get a tenth of it. */
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
            says -> assertThat(says).contains("limits() must be at least one, got an empty list"));
  }

  @Test
  void findsNothingInALimiterThatIsRight() {
    assertThat(ContractRun.failedTests(ExactLimiterContractTest.class, "waitsForPermits"))
        .isEmpty();
    assertThat(ContractRun.failedTests(
            ExactLimiterContractTest.class, "reportsExactlyTheRemainingPermits"))
        .isEmpty();
  }

  @Test
  void aSmallBucketThatIsRightPassesTheSameTests() {
    for (String test : List.of(
        "admitsTheWholeRateInTheLongRunAndNoMore",
        "admitsAWholeBurstAtOnceAndNoMore",
        "allFormsOfDecidingAgree")) {
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

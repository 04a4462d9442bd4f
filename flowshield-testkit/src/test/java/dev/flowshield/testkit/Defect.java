package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

/**
 * A limiter with one typical defect.
 *
 * @param limiter the contract of the limiter
 * @param test the contract test that must find it
 * @param fails the failing test, which is that test or one of its dynamic tests
 * @param says the parts of the message
 */
record Defect(
    Class<? extends RateLimiterContract> limiter, String test, String fails, List<String> says) {

  /** Creates a defect that is found by a test. */
  static Defect foundBy(Class<? extends RateLimiterContract> limiter, String test, String... says) {
    return new Defect(limiter, test, test + "()", List.of(says));
  }

  /** Creates a defect that is found by a dynamic test of a factory. */
  static Defect foundIn(
      Class<? extends RateLimiterContract> limiter, String factory, String fails, String... says) {
    return new Defect(limiter, factory, fails, List.of(says));
  }

  void requireFound() {
    Map<String, String> failed = ContractRun.failedTests(limiter, test);

    assertThat(failed).containsKey(fails);
    assertThat(failed.get(fails))
        .contains(" must be ", ", got ", "seed " + LimiterFixture.SEED)
        .contains(says);
  }
}

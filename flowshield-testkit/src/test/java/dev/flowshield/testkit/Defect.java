package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

/**
 * A limiter that is wrong in one place, as limiters often are.
 *
 * @param limiter the contract of the limiter
 * @param test the test of the contract that is meant to find it
 * @param fails the test that has to fail, which is that one or one of those that it makes
 * @param says what the message says
 */
record Defect(
    Class<? extends RateLimiterContract> limiter, String test, String fails, List<String> says) {

  /** Is found by a test. */
  static Defect foundBy(Class<? extends RateLimiterContract> limiter, String test, String... says) {
    return new Defect(limiter, test, test + "()", List.of(says));
  }

  /** Is found by one of the tests that a factory makes. */
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

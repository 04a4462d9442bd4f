package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import org.junit.jupiter.api.Test;

/** What is named where two waits are equally long. */
class RateTiesTest {

  private static final String ALIKE = "2/s, 120/min burst 2"; // a permit each half second

  private final ManualTicker ticker = ManualTicker.atZero();

  @Test
  void aLimiterNamesTheFirstOfItsRates() {
    RateLimiter limiter = RateLimiter.of(LimiterSpec.of(ALIKE).withTicker(ticker));
    assertThat(limiter.tryAcquire("alice", 2)).isTrue();

    assertThat(limiter.decide("alice", 1))
        .isInstanceOfSatisfying(
            Decision.Rejected.class, rejected -> assertThat(rejected.limit()).isEqualTo("2/s"));
  }

  @Test
  void aShieldNamesTheFirstRateOfTheLimit() {
    FlowShield shield =
        FlowShield.builder().limit(Limit.each("key", ALIKE)).ticker(ticker).build();
    assertThat(shield.admit("alice", 2)).isInstanceOf(Admitted.class);

    assertThat(shield.admit("alice"))
        .isInstanceOfSatisfying(
            OverLimit.class, over -> assertThat(over.limit()).isEqualTo(RateLimit.parse("2/s")));
    assertThat(shield.peek("key", "alice"))
        .isInstanceOfSatisfying(
            Decision.Rejected.class, rejected -> assertThat(rejected.limit()).isEqualTo("2/s"));
  }
}

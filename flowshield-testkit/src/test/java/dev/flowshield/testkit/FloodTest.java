package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import org.junit.jupiter.api.Test;

class FloodTest {

  @Test
  void oneThatIsTooSmallToShowAnythingIsRejected() {
    RateLimiterContract contract = new RateLimiterContract() {
      @Override
      public RateLimiter limiter(LimiterSpec spec) {
        return (key, permits) -> {
          throw new AssertionError("not to be asked");
        };
      }

      @Override
      public int floodSize() {
        return 39_999;
      }
    };

    assertThatThrownBy(() -> ManyKeysChecks.holdsNoMoreKeysThanAllowed(contract))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("floodSize() must be at least 40000, got 39999");
  }
}

package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProvidedClientLimitTest {

  private final FlowShield shield = FlowShield.builder().inFlight(1).build();

  @Test
  void doesNotTakeTheAnswerOfABrokenLimiterForAYes() {
    ProvidedClientLimit limit =
        new ProvidedClientLimit(shield, RateLimit.parse("5/s"), (key, permits) -> noAnswer());

    assertThatThrownBy(() -> limit.take("alice", 0, 1, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a decision of limiter '5/s' must be")
        .hasMessageContaining("got null")
        .hasMessageContaining("mend its provider");
  }

  @Test
  void asksForOnePermitOrMoreWhereNothingLimitsThem() {
    assertThatThrownBy(() -> shield.admit("alice", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("permits must be at least 1, got 0: ask for one or more");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @SuppressWarnings("NullAway") // what a provider that is not checked for nulls may do
  private static Decision noAnswer() {
    return List.<Decision>of().stream().findAny().orElse(null);
  }
}

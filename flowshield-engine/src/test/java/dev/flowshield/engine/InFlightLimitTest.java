package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class InFlightLimitTest {

  @Test
  void isANumberOrFoundOrNone() {
    assertThat(built(InFlightLimit.of(200)).inFlightLimit()).isEqualTo(200);
    assertThat(built(InFlightLimit.auto()).isInFlightAuto()).isTrue();
    assertThat(built(InFlightLimit.off()).inFlightLimit()).isEqualTo(Integer.MAX_VALUE);
    assertThat(built(InFlightLimit.off()).isInFlightAuto()).isFalse();
  }

  @Test
  void shedsNothingAsAShadow() {
    FlowShield shield = built(InFlightLimit.of(1).shadow());
    shield.admit("a");

    assertThat(shield.admit("a")).isInstanceOf(Admitted.class);
    assertThat(shield.stats().wouldShed()).isEqualTo(1);
    assertThat(InFlightLimit.off().shadow()).isEqualTo(InFlightLimit.off());
  }

  @Test
  void isEqualByContentAndSaysWhatItIs() {
    assertThat(InFlightLimit.of(5))
        .isEqualTo(InFlightLimit.of(5))
        .hasSameHashCodeAs(InFlightLimit.of(5))
        .isNotEqualTo(InFlightLimit.of(6))
        .isNotEqualTo(InFlightLimit.of(5).shadow())
        .hasToString("5");
    assertThat(InFlightLimit.auto().shadow()).hasToString("auto, shadow");
    assertThat(InFlightLimit.off()).hasToString("off").isNotEqualTo(InFlightLimit.auto());
  }

  @Test
  void hasTheRangeOfTheEngine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InFlightLimit.of(0))
        .withMessageStartingWith("inFlight must be 1 to 1,000,000, got 0");
    assertThatIllegalArgumentException().isThrownBy(() -> InFlightLimit.of(1_000_001));
  }

  private static FlowShield built(InFlightLimit limit) {
    return FlowShield.builder().perKey("9/s").inFlight(limit).build();
  }
}

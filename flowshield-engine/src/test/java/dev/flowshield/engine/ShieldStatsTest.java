package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.testkit.ManualTicker;
import org.junit.jupiter.api.Test;

/** What a shield says about itself. */
class ShieldStatsTest {

  @Test
  void sayWhatTheyHold() {
    FlowShield shield = FlowShield.builder()
        .limit(RateLimit.parse("5/s"))
        .perKey(RateLimit.parse("2/s"))
        .inFlight(1_000_000)
        .ticker(ManualTicker.atZero())
        .build();
    shield.admit("alice");

    assertThat(shield.stats())
        .asString()
        .startsWith("ShieldStats[admitted=1, overLimit=0, ")
        .contains("inFlight=1, inFlightLimit=1000000", "everyone", "key");
    assertThat(shield.inFlightLimit()).isEqualTo(1_000_000);
  }
}

package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChargeTest {

  @Test
  void isEqualByContentWhetherOrNotItWasUsed() {
    Charge used = Charge.of("client", "alice", 3);
    FlowShield.builder().perClient("5/s").build().admit(used);

    assertThat(used)
        .isEqualTo(Charge.of("client", "alice", 3))
        .hasSameHashCodeAs(Charge.of("client", "alice", 3))
        .isNotEqualTo(Charge.of("tenant", "alice", 3))
        .isNotEqualTo(Charge.of("client", "bob", 3))
        .isNotEqualTo(Charge.of("client", "alice", 2))
        .hasToString("Charge[limit=client, key=alice, permits=3]");
  }
}

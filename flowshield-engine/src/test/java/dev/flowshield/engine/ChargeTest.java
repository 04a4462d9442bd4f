package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChargeTest {

  @Test
  void isEqualByContentWhetherOrNotItWasUsed() {
    Charge used = Charge.of("key", "alice", 3);
    FlowShield.builder().perKey("5/s").build().admit(used);

    assertThat(used)
        .isEqualTo(Charge.of("key", "alice", 3))
        .hasSameHashCodeAs(Charge.of("key", "alice", 3))
        .isNotEqualTo(Charge.of("tenant", "alice", 3))
        .isNotEqualTo(Charge.of("key", "bob", 3))
        .isNotEqualTo(Charge.of("key", "alice", 2))
        .hasToString("Charge[limit=key, key=alice, permits=3]");
  }

  @Test
  void hasAnotherHashCodeThanAnotherCharge() {
    assertThat(Charge.of("key", "alice", 3).hashCode())
        .isNotEqualTo(Charge.of("key", "bob", 3).hashCode());
  }
}

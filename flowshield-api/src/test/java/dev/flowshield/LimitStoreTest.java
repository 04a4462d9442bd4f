package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LimitStoreTest {

  @Test
  void anAddressThatNoProviderKnowsIsRejectedWithoutItsPassword() {
    assertThatThrownBy(() -> LimitStore.open("redis://:secret@host:6379"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("store must be an address in a form of a store's provider, got one that begins"
            + " with 'redis:': correct it, or add dev.flowshield:flowshield-redis to the class path"
            + " or module path (flowshield-bom has the version)");
  }

  @Test
  void aTextWithoutAKindIsNotRepeated() {
    assertThatThrownBy(() -> LimitStore.open("secret"))
        .hasMessageContaining("got one that begins with ''")
        .hasMessageNotContaining("secret");
  }
}

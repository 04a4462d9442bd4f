package dev.flowshield.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyNamesTest {

  private final KeyNames names = new KeyNames("shop", "a secret");

  @Test
  void saysPrefixHashAndLimit() {
    assertThat(names.of("login", "alice")).matches("shop:\\{[A-Za-z0-9_-]{22}}:login");
  }

  @Test
  void showsNothingOfAKeyWhateverItHolds() {
    for (String key :
        new String[] {"", "alice", "{}", "a}:b", "\r\nFLUSHALL\r\n", "\ud800", "é".repeat(4_000)}) {
      assertThat(names.of("login", key)).matches("shop:\\{[A-Za-z0-9_-]{22}}:login");
    }
  }

  @Test
  void isTheSameInAllInstancesWithOneSecret() {
    assertThat(names.of("login", "alice"))
        .isEqualTo(new KeyNames("shop", "a secret").of("login", "alice"))
        .isNotEqualTo(new KeyNames("shop", "another").of("login", "alice"))
        .isNotEqualTo(names.of("login", "bob"));
  }

  @Test
  void tellsHalvesOfSurrogatePairsApart() {
    Set<String> seen = new HashSet<>();
    for (String key : new String[] {"?", "\ufffd", "\ud800", "\ud801", "\udc00", "\ud800\udc00"}) {
      seen.add(names.of("login", key));
    }
    assertThat(seen).hasSize(6);
  }

  @Test
  void hasNoLimitWithTheNameOfAListOfItsOwn() {
    assertThat(names.of("instances", "")).isNotEqualTo(names.ofInstances());
    assertThat(names.ofInstances()).matches("shop:\\{[A-Za-z0-9_-]{22}}::instances");
    assertThat(KeyNames.trialBeside(names.ofInstances())).isNotEqualTo(names.ofInstances());
  }

  @Test
  void tellsManyKeysApart() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      seen.add(names.of("login", "10.0." + i / 256 + "." + i % 256));
    }
    assertThat(seen).hasSize(10_000);
  }
}

package dev.flowshield.demo.overload.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProtectionTest {

  private static final int MANY = 100_000;

  @ParameterizedTest
  @MethodSource("all")
  void isParsedFromItsTitle(Protection protection) {
    assertThat(Protection.parse(protection.title())).isEqualTo(protection);
  }

  @Test
  void triesMoreByHandOnMoreProcessors() {
    assertThat(Protection.all(ServerKind.JETTY, Work.BURNS, 4).stream().map(Protection::title))
        .contains("hand 1", "hand 8", "hand 12", "own 16", "bulkhead 25");
  }

  @ParameterizedTest
  @MethodSource("all")
  void admitsAgainWhatHasEnded(Protection protection) {
    Gate gate = Gate.of(protection);
    if (gate == null || protection.kind() == Protection.Kind.FULL) {
      return;
    }
    List<Runnable> exits = new ArrayList<>();
    for (Runnable exit = gate.tryEnter(); exit != null && exits.size() < MANY; ) {
      exits.add(exit);
      exit = gate.tryEnter();
    }

    assertThat(exits).hasSizeBetween(10, 100);
    exits.forEach(Runnable::run);
    assertThat(gate.tryEnter()).isNotNull();
  }

  private static Stream<Protection> all() {
    return Protection.all(ServerKind.UNDERTOW, Work.WAITS, 1).stream();
  }
}

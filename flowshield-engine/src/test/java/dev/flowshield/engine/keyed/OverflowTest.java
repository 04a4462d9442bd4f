package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OverflowTest {

  @Test
  void namesAKeyForEachWordOfATable() {
    for (int maxKeys : new int[] {1, 64, 200, 1_000, 1_000_000}) {
      KeyTable table =
          new KeyTable(new Gcra(RateLimit.parse("1/h")), ManualTicker.atZero(), maxKeys);
      int parts = table.segmentCount();
      for (int number = 0; number < Overflow.WORDS; number++) {
        table.raiseOverflow(Overflow.hash(parts, number), 2L * number + 2);
      }
      for (int number = 0; number < Overflow.WORDS; number++) {
        assertThat(table.overflowWord(Overflow.hash(parts, number))).isEqualTo(2L * number + 2);
      }
    }
  }

  @Test
  void knowsWhichWordsOfTwoTablesAKeyMayGoBy() {
    Random random = new Random(3);
    for (int i = 0; i < 100_000; i++) {
      long hash = random.nextLong();
      int parts = 1 << random.nextInt(8);
      int others = 1 << random.nextInt(8);
      assertThat(Overflow.meet(parts, number(parts, hash), others, number(others, hash)))
          .isTrue();
    }
    assertThat(Overflow.meet(128, 5, 128, 5)).isTrue();
    assertThat(Overflow.meet(128, 5, 128, 6)).isFalse();
    assertThat(Overflow.meet(128, 5, 128, 5 + 128))
        .as("another word of that part")
        .isFalse();
    assertThat(Overflow.meet(128, 5, 64, 5 + 64 * 8))
        .as("a bit more to choose by")
        .isTrue();
  }

  private static int number(int parts, long hash) {
    int word = (int) (hash >>> Overflow.WORD_SHIFT) & (Overflow.WORDS / parts - 1);
    return word * parts + Overflow.segment(parts, hash);
  }
}

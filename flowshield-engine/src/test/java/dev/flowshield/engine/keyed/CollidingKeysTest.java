package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 100,000 keys with one {@code String.hashCode}, which a map without trees would search one by one,
 * cost no more than others.
 */
@Tag("small-heap") // measures time, so it runs apart from the others
class CollidingKeysTest {

  private static final int KEYS = 100_000;
  private static final int PAIRS = 17; // two characters each, and two of these have the same hash
  private static final int ROUNDS = 9;

  private final String[] colliding = keys("Aa", "BB");
  private final String[] ordinary = keys("Aa", "Bc");

  @Test
  void costAtMostTwiceWhatOthersCost() {
    assertThat(colliding[0].hashCode()).isEqualTo(colliding[KEYS - 1].hashCode());
    assertThat(ordinary[0].hashCode()).isNotEqualTo(ordinary[KEYS - 1].hashCode());
    long fastest = Long.MAX_VALUE;
    long fastestOrdinary = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) { // in turns, so that both see the same machine
      fastestOrdinary = Math.min(fastestOrdinary, nanos(ordinary));
      fastest = Math.min(fastest, nanos(colliding));
    }

    assertThat(fastest).isLessThan(2 * fastestOrdinary);
  }

  /** For a first and a second request of each key. */
  private static long nanos(String[] keys) {
    KeyTable table = new KeyTable(new Gcra(RateLimit.parse("2/day")), ManualTicker.atZero(), KEYS);
    int admitted = 0;
    long began = System.nanoTime();
    for (int request = 0; request < 2; request++) {
      for (String key : keys) {
        admitted += table.take(KeyTable.hashOf(key), 1, AnswerFactory.YES_OR_NO) ? 1 : 0;
      }
    }
    long nanos = System.nanoTime() - began;
    assertThat(admitted)
        .as("each has its own allowance, a few share")
        .isGreaterThan(2 * KEYS - 200);
    return nanos;
  }

  /** Each key is as many pairs as a number has bits. */
  private static String[] keys(String zero, String one) {
    String[] keys = new String[KEYS];
    for (int i = 0; i < KEYS; i++) {
      StringBuilder key = new StringBuilder();
      for (int bit = 0; bit < PAIRS; bit++) {
        key.append((i >>> bit & 1) == 0 ? zero : one);
      }
      keys[i] = key.toString();
    }
    return keys;
  }
}

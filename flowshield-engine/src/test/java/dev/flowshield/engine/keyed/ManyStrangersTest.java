package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ten million random keys against a heap of 256 MB. */
@Tag("small-heap")
class ManyStrangersTest {

  private static final int STRANGERS = 10_000_000;
  private static final int KNOWN = 100;
  private static final long MOST_BYTES =
      40_000_000; // a million keys at 24 bytes, and room for one segment that grows

  private final ManualTicker ticker = ManualTicker.atZero();
  private final SplittableRandom random = new SplittableRandom(20261124);

  @Test
  void aFullTableKeepsKnownKeysExactAndLetsNewcomersIn() {
    long before = used();
    KeyTable table = new KeyTable(new Gcra(RateLimit.parse("5/day")), ticker, 1_000_000);
    int known = 0;
    for (int i = 0; i < KNOWN; i++) {
      known += take(table, "known-" + i, 3);
    }
    assertThat(known).isEqualTo(3 * KNOWN);

    for (int i = 0; i < STRANGERS; i++) {
      table.take(KeyTable.hashOf("stranger-" + random.nextLong()), 1, AnswerFactory.YES_OR_NO);
    }

    assertThat(used() - before).isLessThan(MOST_BYTES);
    assertThat(table.tracked()).isBetween(1_000_000L, table.capacity());
    assertThat(table.overflowed()).as("strangers shared").isPositive();
    // No key was forgotten: one that took 3 of 5 has 2 left, not 5.
    int more = 0;
    for (int i = 0; i < KNOWN; i++) {
      more += take(table, "known-" + i, 5);
    }
    assertThat(more).isEqualTo(2 * KNOWN);
    // The overflow is spent now, and comes back as any key's allowance does.
    ticker.advance(Duration.ofDays(1));
    int newcomers = 0;
    for (int i = 0; i < 1000; i++) {
      newcomers += take(table, "newcomer-" + i, 1);
    }
    assertThat(newcomers).isEqualTo(1000);
    assertThat(take(table, "known-0", 9)).isEqualTo(5);
  }

  /** As SECURITY.md says: a newcomer cannot be told from the flood, and known keys lose nothing. */
  @Test
  void aFloodThatKeepsTheTableFullLeavesNewcomersLittleAndKnownKeysAllOfTheirs() {
    KeyTable table = new KeyTable(new Gcra(RateLimit.parse("10/day")), ticker, 10_000);
    int known = takeOfKnown(table, 3);
    int newcomers = 0;
    for (int second = 1; second <= 36_000; second++) { // a permit takes 8,640 to come back
      for (int i = 0; i < 20; i++) {
        table.take(KeyTable.hashOf("stranger-" + random.nextLong()), 1, AnswerFactory.YES_OR_NO);
      }
      newcomers += second <= 26_000 ? 0 : take(table, "newcomer-" + second, 1);
      known += second % 7_200 == 0 ? takeOfKnown(table, 1) : 0;
      ticker.advanceNanos(1_000_000_000);
    }

    assertThat(known).as("all that known keys asked for").isEqualTo((3 + 5) * KNOWN);
    assertThat(newcomers).as("of 10,000").isLessThan(2_500);
    assertThat(table.tracked())
        .as("a few segments may take a bucket more")
        .isLessThanOrEqualTo(table.capacity() + table.capacity() / 50);
    ticker.advance(Duration.ofDays(1));
    assertThat(take(table, "one more", 20)).isEqualTo(10);
  }

  private static int takeOfKnown(KeyTable table, int times) {
    int taken = 0;
    for (int i = 0; i < KNOWN; i++) {
      taken += take(table, "known-" + i, times);
    }
    return taken;
  }

  @Test
  void strangersWhoAreIdleAgainTakeNoMemoryAtAll() {
    KeyTable table = new KeyTable(new Gcra(RateLimit.parse("1000000/s")), ticker, 1_000_000);
    long before = used();

    int admitted = 0;
    for (int i = 0; i < STRANGERS; i++) {
      admitted +=
          table.take(KeyTable.hashOf("stranger-" + random.nextLong()), 1, AnswerFactory.YES_OR_NO)
              ? 1
              : 0;
      ticker.advanceNanos(1000); // the time of one permit
    }

    assertThat(admitted).isEqualTo(STRANGERS);
    assertThat(used() - before).isLessThan(500_000);
    assertThat(table.tracked()).isLessThanOrEqualTo(128 * 8);
  }

  private static int take(KeyTable table, String key, int times) {
    int admitted = 0;
    for (int i = 0; i < times; i++) {
      admitted += table.take(KeyTable.hashOf(key), 1, AnswerFactory.YES_OR_NO) ? 1 : 0;
    }
    return admitted;
  }

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}

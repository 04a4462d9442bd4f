package dev.flowshield.engine.penalty;

import static dev.flowshield.engine.penalty.Offences.NOTHING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three breaches in 10 s block: for 1 min, 2 min, 4 min, then 5 min. */
class OffencesTest {

  private static final long GRAIN = 1L << 20; // a millisecond, as instants are kept
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long WITHIN = 10 * SECOND;

  private final Offences offences = new Offences(3, WITHIN, MINUTE, 5 * MINUTE);
  private long now = 7 * GRAIN;
  private long word = NOTHING;

  @Test
  void blocksWithTheLastBreachOfTheSpan() {
    breach();
    now += SECOND;
    breach();
    assertThat(offences.blockedForNanos(word, now)).isZero();
    now += WITHIN - SECOND - 1;
    breach();

    assertThat(offences.blockedForNanos(word, now)).isBetween(MINUTE, MINUTE + GRAIN);
  }

  @Test
  void aBreachAfterTheSpanOpensTheNextOne() {
    breach();
    breach();
    now += WITHIN;
    assertThat(offences.breaches(word, now)).isZero();
    breach();
    breach();

    assertThat(offences.blockedForNanos(word, now)).isZero();
    assertThat(offences.breaches(word, now)).isEqualTo(2);
  }

  @Test
  void oneBreachBlocksIfThatIsWhatWasSet() {
    Offences strict = new Offences(1, WITHIN, MINUTE, MINUTE);

    assertThat(strict.blockedForNanos(strict.breach(NOTHING, now), now))
        .isBetween(MINUTE, MINUTE + GRAIN);
  }

  @Test
  void anOperatorBlocksForAsLongAsHeSays() {
    word = offences.block(word, 3 * MINUTE, now);

    assertThat(offences.blockedForNanos(word, now)).isBetween(3 * MINUTE, 3 * MINUTE + GRAIN);
    assertThat(offences.level(word, now)).isEqualTo(3); // the lowest that may last so long
    now += 3 * MINUTE + GRAIN;
    block();
    assertThat(offences.blockedForNanos(word, now)).isBetween(5 * MINUTE, 5 * MINUTE + GRAIN);
  }

  @Test
  void anOperatorMakesABlockLongerAndNeverShorter() {
    word = offences.block(word, 2 * MINUTE, now);
    long longer = word;

    assertThat(offences.block(longer, MINUTE, now)).isEqualTo(longer);
    assertThat(offences.blockedForNanos(offences.block(longer, 5 * MINUTE, now), now))
        .isBetween(5 * MINUTE, 5 * MINUTE + GRAIN);
  }

  @Test
  void aBlockOfAnOperatorKeepsTheLevelOfTheKey() {
    block();
    now += MINUTE + GRAIN;
    block();
    now += 2 * MINUTE + GRAIN;
    word = offences.block(word, MINUTE, now);

    assertThat(offences.level(word, now)).isEqualTo(2);
  }

  @Test
  void aBlockEndsByItself() {
    block();
    now += MINUTE - 1;
    assertThat(offences.blockedForNanos(word, now)).isPositive();
    now += GRAIN;

    assertThat(offences.blockedForNanos(word, now)).isZero();
  }

  @Test
  void eachBlockIsTwiceAsLongUpToTheLongest() {
    for (long minutes : new long[] {1, 2, 4, 5, 5, 5}) {
      block();
      assertThat(offences.blockedForNanos(word, now))
          .isBetween(minutes * MINUTE, minutes * MINUTE + GRAIN);
      now += minutes * MINUTE + GRAIN;
    }
    assertThat(offences.level(word, now)).isEqualTo(4);
  }

  @Test
  void whoKeepsCleanStepsDownAndIsForgotten() {
    block();
    now += MINUTE + GRAIN;
    block();
    now += 2 * MINUTE + GRAIN; // the second block is over: clean from here on
    assertThat(offences.level(word, now + 2 * MINUTE - GRAIN)).isEqualTo(2);
    assertThat(offences.level(word, now + 2 * MINUTE)).isEqualTo(1);
    assertThat(offences.level(word, now + 3 * MINUTE - GRAIN)).isEqualTo(1);
    assertThat(offences.level(word, now + 3 * MINUTE)).isZero();

    now += 2 * MINUTE;
    block();
    assertThat(offences.blockedForNanos(word, now))
        .as("as long as the one that was forgiven")
        .isBetween(2 * MINUTE, 2 * MINUTE + GRAIN);
  }

  @Test
  void stepsDownAtTheInstantAtWhichTheCleanTimeIsAsLongAsTheBlock() {
    block();
    long clean = Offences.instant(word);

    assertThat(offences.level(word, clean + MINUTE - 1)).isEqualTo(1);
    assertThat(offences.level(word, clean + MINUTE)).isZero();
  }

  @Test
  void blocksThatDoNotGrowCountAsOneHoweverManyTheyWere() {
    Offences level = new Offences(1, WITHIN, MINUTE, MINUTE);
    for (int i = 0; i < 5; i++) {
      word = level.breach(word, now);
      now = Offences.instant(word);
      assertThat(level.level(word, now)).isEqualTo(1);
    }

    assertThat(level.level(word, now + MINUTE)).isZero();
  }

  @Test
  void aBreachBeginsTheCleanTimeAnew() {
    block();
    now += MINUTE + GRAIN + 50 * SECOND; // ten more and it would be forgotten
    breach();
    now += WITHIN;

    assertThat(offences.level(word, now + MINUTE - GRAIN)).isEqualTo(1);
    assertThat(offences.level(word, now + MINUTE)).isZero();
  }

  @Test
  void allIsForgottenWithinThreeTimesTheLongestBlock() {
    for (int i = 0; i < 10; i++) {
      block();
      now += offences.blockedForNanos(word, now);
    }

    assertThat(offences.level(word, now + 3 * 5 * MINUTE)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE - 30 * 1_000_000_000L, -5 * 1_000_000_000L, Long.MIN_VALUE})
  void timeMayWrap(long start) {
    now = start;
    breach();
    now += 5 * SECOND;
    breach();
    breach();
    assertThat(offences.blockedForNanos(word, now + 59 * SECOND)).isPositive();
    assertThat(offences.blockedForNanos(word, now + 61 * SECOND)).isZero();
    assertThat(offences.level(word, now + 61 * SECOND)).isEqualTo(1);
    assertThat(offences.level(word, now + 121 * SECOND)).isZero();
  }

  @Test
  void aStepBackMakesABlockLongerByNoMoreThanItsLength() {
    block();
    long farthest = Offences.instant(word) - 2 * MINUTE;

    assertThat(offences.blockedForNanos(word, farthest)).isEqualTo(2 * MINUTE);
    assertThat(offences.blockedForNanos(word, farthest - 1))
        .as("from another time")
        .isZero();
    assertThat(offences.level(word, farthest - 1)).isZero();
    assertThat(offences.blockedForNanos(word, now))
        .as("the clock has caught up")
        .isPositive();
  }

  @Test
  void aStepBackMakesASpanLongerByNoMoreThanItsLength() {
    breach();
    breach();

    assertThat(offences.breaches(word, now - WITHIN + GRAIN)).isEqualTo(2);
    assertThat(offences.breaches(word, now - WITHIN - GRAIN)).isZero();
  }

  @Test
  void theWidestSettingsFitTheWord() {
    long year = TimeUnit.DAYS.toNanos(366);
    Offences widest = new Offences(10_000, year, SECOND, year);
    for (int block = 0; block < 30; block++) {
      for (int i = 0; i < 9_999; i++) {
        word = widest.breach(word, now);
        assertThat(widest.blockedForNanos(word, now)).isZero();
      }
      assertThat(widest.breaches(word, now)).isEqualTo(9_999);
      word = widest.breach(word, now);
      long blockedFor = widest.blockedForNanos(word, now);
      long expected = Math.min(year, SECOND << Math.min(block, 30));
      assertThat(blockedFor).isBetween(expected, expected + GRAIN);
      now += blockedFor;
    }
    assertThat(widest.level(word, now)).isEqualTo(26);
  }

  private void breach() {
    word = offences.breach(word, now);
  }

  private void block() {
    breach();
    breach();
    breach();
    assertThat(offences.blockedForNanos(word, now)).isPositive();
  }
}

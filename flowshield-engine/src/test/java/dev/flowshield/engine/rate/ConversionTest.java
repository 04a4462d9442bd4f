package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a key owes after its limit has changed. */
class ConversionTest {

  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long START = Long.MAX_VALUE - 30 * SECOND; // the ticker wraps on the way
  private static final OffsetDateTime FULL_HOUR = OffsetDateTime.parse("2026-11-24T08:00:00Z");

  private static FixedWindow fixed(String limit) {
    return new FixedWindow(RateLimit.parse(limit), FULL_HOUR, START);
  }

  private static SlidingWindow sliding(String limit) {
    return new SlidingWindow(RateLimit.parse(limit), START);
  }

  private static Gcra gcra(String limit) {
    return new Gcra(RateLimit.parse(limit));
  }

  private static long at(long seconds) {
    return START + seconds * SECOND;
  }

  private static long taken(RateAlgorithm algorithm, long permits, long now) {
    long word = algorithm.step(algorithm.idle(now), now, permits);
    assertThat(word).isNotEqualTo(REJECTED);
    return word;
  }

  @Nested
  class BetweenTokenBuckets {

    @Test
    void keepsTheLengthOfADebtBeyondTheBurstWhateverTheUnits() {
      Gcra from = gcra("10/s burst 4");
      Gcra to = gcra("9999991/s burst 5"); // in units of 2^-15 ns
      long now = at(0);
      long word = from.charge(from.idle(now), now, 34); // 30 beyond, which take 3 s

      long converted = new Conversion(from, to).word(word, now);

      assertThat(to.remaining(converted, now)).isZero();
      assertThat(to.retryAfterNanos(converted, now, 5)).isBetween(3 * SECOND, 3 * SECOND + 1_000);
    }

    @Test
    void keepsTheProportionOfADebtWithinTheBurst() {
      Gcra from = gcra("10/s burst 4");
      long word = taken(from, 3, at(0));

      Gcra to = gcra("10/s burst 40");
      assertThat(to.remaining(new Conversion(from, to).word(word, at(0)), at(0)))
          .isEqualTo(10);
    }
  }

  @Nested
  class BetweenFixedWindows {

    @Test
    void leavesTheWordOfAnEqualLimitAsItIsWithItsMark() {
      FixedWindow same = fixed("10/min");
      long word = taken(same, 3, at(5));
      long refunded = same.refund(word, word, 0, at(5), 3);

      assertThat(same.remaining(refunded, at(5))).isEqualTo(10);
      assertThat(refunded).isNotEqualTo(same.idle(at(5)));
      assertThat(new Conversion(same, same).word(refunded, at(5))).isEqualTo(refunded);
    }

    @Test
    void keepsTheWindowsThatAChargeReaches() {
      FixedWindow from = fixed("10/min");
      FixedWindow to = fixed("20/min");
      long word = from.charge(from.idle(at(5)), at(5), 20); // this window and the next, whole

      long converted = new Conversion(from, to).word(word, at(5));

      assertThat(to.retryAfterNanos(converted, at(5), 1)).isEqualTo(2 * MINUTE - 5 * SECOND);
      long refunded = to.refund(converted, converted, 0, at(5), 20);
      assertThat(to.retryAfterNanos(refunded, at(5), 1)).isEqualTo(MINUTE - 5 * SECOND);
      assertThat(to.remaining(refunded, at(60))).isEqualTo(20);
    }

    @Test
    void countsTheSpentPartInWindowsOfAnotherLength() {
      FixedWindow from = fixed("10/min");
      FixedWindow to = fixed("100/h");
      long word = taken(from, 3, at(5));

      long converted = new Conversion(from, to).word(word, at(5));

      assertThat(to.remaining(converted, at(5))).isEqualTo(70);
      assertThat(to.remaining(converted, at(3599))).isEqualTo(70);
      assertThat(to.remaining(converted, at(3600))).isEqualTo(100);
    }

    @Test
    void owesNothingInALongerWindowForWhatAShorterOneStillWaitsFor() {
      FixedWindow from = fixed("10/min");
      FixedWindow to = fixed("100/h");
      long word = from.charge(from.idle(at(5)), at(5), 15); // 5 of the next window

      long converted = new Conversion(from, to).word(word, at(5));

      // Half of the next window is spent, at whose beginning it counts.
      assertThat(to.remaining(converted, at(60))).isEqualTo(50);
    }
  }

  @Nested
  class BetweenSlidingWindows {

    @Test
    void keepsBothCountsInProportion() {
      SlidingWindow from = sliding("10/min");
      SlidingWindow to = sliding("20/min");
      long first = taken(from, 4, at(5));
      long word = from.step(first, at(60), 2);

      long converted = new Conversion(from, to).word(word, at(60));

      assertThat(to.remaining(converted, at(60))).isEqualTo(20 - 8 - 4);
      assertThat(to.remaining(converted, at(90))).isEqualTo(20 - 4 - 4); // half of the 8 has faded
      assertThat(to.remaining(converted, at(120))).isEqualTo(20 - 4);
    }

    @Test
    void keepsTheWindowsThatAChargeReaches() {
      SlidingWindow from = sliding("10/min");
      SlidingWindow to = sliding("20/min");
      long word = from.charge(from.idle(at(5)), at(5), 13);
      assertThat(from.isAhead(word, at(5))).isTrue();

      long converted = new Conversion(from, to).word(word, at(5));

      assertThat(to.isAhead(converted, at(5))).isTrue();
      assertThat(to.remaining(converted, at(60))).isZero(); // 20 of the last, and 6
      assertThat(to.remaining(converted, at(120))).isEqualTo(20 - 6);
    }

    @Test
    void fadesOnInWindowsOfAnotherLength() {
      SlidingWindow from = sliding("10/min");
      SlidingWindow to = sliding("10/h");
      long word = taken(from, 10, at(30));

      long converted = new Conversion(from, to).word(word, at(30));

      assertThat(to.remaining(converted, at(30))).isZero();
      assertThat(to.remaining(converted, at(1_830))).isBetween(4L, 5L);
      assertThat(to.remaining(converted, at(3_600))).isBetween(9L, 10L);
    }

    @Test
    void countsWholePermitsIfAWindowOfAnotherLengthIsAhead() {
      SlidingWindow from = sliding("10/min");
      SlidingWindow to = sliding("10/h");
      long word = from.charge(from.idle(at(5)), at(5), 13);

      long converted = new Conversion(from, to).word(word, at(5));

      // As it will stand when a permit is back: 9 of the 10 are spent then.
      assertThat(to.remaining(converted, at(5))).isOne();
    }
  }

  @Nested
  class BetweenKinds {

    @Test
    void takesTheSpentPartOfTheBurstAlong() {
      FixedWindow window = fixed("10/min");
      SlidingWindow fading = sliding("10/min");
      Gcra bucket = gcra("20/min burst 20");

      long ofWindow = new Conversion(window, bucket).word(taken(window, 3, at(5)), at(5));
      assertThat(bucket.remaining(ofWindow, at(5))).isEqualTo(14);
      long ofFading = new Conversion(fading, bucket).word(taken(fading, 3, at(5)), at(5));
      assertThat(bucket.remaining(ofFading, at(5))).isEqualTo(14);
      long ofBucket = new Conversion(bucket, window).word(taken(bucket, 6, at(5)), at(5));
      assertThat(window.remaining(ofBucket, at(5))).isEqualTo(7);
      long toFading = new Conversion(window, fading).word(taken(window, 3, at(5)), at(5));
      assertThat(fading.remaining(toFading, at(5))).isEqualTo(7);
      long toFixed = new Conversion(fading, window).word(taken(fading, 3, at(5)), at(5));
      assertThat(window.remaining(toFixed, at(5))).isEqualTo(7);
    }

    @Test
    void owesWhatIsBeyondTheBurstForAsLongAsBefore() {
      FixedWindow window = fixed("10/min");
      Gcra bucket = gcra("10/min burst 10");
      long word = window.charge(window.idle(at(5)), at(5), 15); // 5 of the next window

      long converted = new Conversion(window, bucket).word(word, at(5));

      assertThat(bucket.remaining(converted, at(60))).isEqualTo(5);
      assertThat(bucket.remaining(converted, at(59))).isLessThan(5);
    }

    @Test
    void owesNothingThatCameBack() {
      Gcra bucket = gcra("10/s burst 4");
      FixedWindow window = fixed("10/min");
      long word = taken(bucket, 4, at(0));

      assertThat(new Conversion(bucket, window).word(word, at(9))).isEqualTo(window.idle(at(9)));
    }
  }
}

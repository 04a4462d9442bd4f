package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GcraTest {

  private static final long MILLISECOND = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final long HOUR = 3_600 * SECOND;
  private static final long DAY = 24 * HOUR;

  /**
   * The one with the largest shift, 15, so the one whose clock comes round first: after 6.5 days.
   */
  private static final RateLimit ODDEST = RateLimit.parse("9999991/s burst 5");

  private static final int ODDEST_SHIFT = 15;
  private static final long TURN = 1L << (64 - ODDEST_SHIFT);
  private static final long SLACK = 1L << (58 - ODDEST_SHIFT); // 2.4 hours, as promised

  @Nested
  class TheFormulas {

    private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));
    private final long now = 7 * DAY + 3;

    @Test
    void admitTheWholeBurstAtOnceAndNoMore() {
      long word = tenASecond.idle(now);
      for (int i = 0; i < 4; i++) {
        word = tenASecond.step(word, now, 1);
        assertThat(word).isNotEqualTo(REJECTED);
      }
      assertThat(tenASecond.step(word, now, 1)).isEqualTo(REJECTED);
    }

    @Test
    void takeSeveralPermitsLikeSoManySingleOnes() {
      long one = tenASecond.step(tenASecond.idle(now), now, 1);
      long two = tenASecond.step(one, now, 1);
      long four = tenASecond.step(two, now, 2);

      assertThat(tenASecond.step(tenASecond.idle(now), now, 2)).isEqualTo(two);
      assertThat(tenASecond.step(tenASecond.idle(now), now, 4)).isEqualTo(four);
    }

    @ParameterizedTest(name = "{0} ms of debt, {1} permits: {2}, {3} ms")
    @CsvSource({
      // debt + permits * 100 ms <= 400 ms
      "  0, 4, admitted,   0",
      "  0, 1, admitted,   0",
      "200, 2, admitted,   0",
      "300, 1, admitted,   0",
      "301, 1, rejected,   1",
      "400, 1, rejected, 100",
      "400, 4, rejected, 400",
      "250, 3, rejected, 150",
    })
    void admitWhatFitsTheBurstAndElseTellHowLongItTakes(
        long debtMillis, long permits, String decision, long retryAfterMillis) {
      long word = tenASecond.idle(now + debtMillis * MILLISECOND);

      long next = tenASecond.step(word, now, permits);

      if (decision.equals("admitted")) {
        assertThat(next)
            .as("now + debt + permits * interval")
            .isEqualTo(tenASecond.idle(now + (debtMillis + permits * 100) * MILLISECOND));
      } else {
        assertThat(next).isEqualTo(REJECTED);
        assertThat(tenASecond.retryAfterNanos(word, now, permits))
            .isEqualTo(retryAfterMillis * MILLISECOND);
      }
    }

    @ParameterizedTest(name = "{0} ms of debt: {1} remain")
    @CsvSource({
      "-5000, 4",
      "0, 4",
      "1, 3",
      "100, 3",
      "101, 2",
      "300, 1",
      "301, 0",
      "400, 0",
      "3000, 0"
    })
    void tellTheWholePermitsThatRemain(long debtMillis, long remaining) {
      assertThat(tenASecond.remaining(tenASecond.idle(now + debtMillis * MILLISECOND), now))
          .isEqualTo(remaining);
    }

    @Test
    void callAKeyIdleFromTheInstantOnAtWhichAllOfItsPermitsAreBack() {
      long word = tenASecond.step(tenASecond.idle(now), now, 3);

      assertThat(tenASecond.isIdle(word, now + 300 * MILLISECOND - 1)).isFalse();
      assertThat(tenASecond.isIdle(word, now + 300 * MILLISECOND)).isTrue();
      assertThat(tenASecond.isIdle(word, now + 500 * DAY)).isTrue();
    }

    @Test
    void treatAnIdleKeyLikeOneNeverSeen() {
      long word = tenASecond.step(tenASecond.idle(now), now, 3);
      long later = now + 300 * MILLISECOND;
      for (int permits = 1; permits <= 4; permits++) {
        assertThat(tenASecond.step(word, later, permits))
            .isEqualTo(tenASecond.step(tenASecond.idle(later), later, permits));
      }
    }

    @Test
    void knowTheBurstAsTheMostPermits() {
      assertThat(tenASecond.burst()).isEqualTo(4);
    }
  }

  @Nested
  class TheRange {

    @Test
    void endsAtTenMillionPermitsASecond() {
      assertThat(new Gcra(RateLimit.parse("10000000/s")).burst()).isEqualTo(10_000_000);
      assertThat(new Gcra(RateLimit.parse("1/100ns")).burst()).isEqualTo(1);
      assertThatThrownBy(() -> new Gcra(RateLimit.parse("10000001/s")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 10,000,000 permits a second")
          .hasMessageContaining("got '10000001/s'")
          .hasMessageContaining("lower it or leave it out");
      assertThatThrownBy(() -> new Gcra(RateLimit.parse("1/99ns")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("got '1/99ns'");
    }

    @Test
    void endsAtABurstThatTakesTwoToThe62UnitsToComeBack() {
      // an interval of a second is 2 * 10^9 units: 2^62 / (2 * 10^9) = 2,305,843,009.2
      assertThat(new Gcra(RateLimit.parse("1/s burst 2305843009")).burst())
          .isEqualTo(2_305_843_009L);
      assertThatThrownBy(() -> new Gcra(RateLimit.parse("1/s burst 2305843010")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("burst must be at most 2305843009")
          .hasMessageContaining("got 2305843010")
          .hasMessageContaining("lower it");
    }

    @Test
    void ofABurstIsThatManyYearsAndHoursAtTheEndsOfTheScale() {
      assertThat(Duration.ofNanos(1L << (62 - 1)).toDays() / 365).isEqualTo(73);
      assertThat(Duration.ofNanos(1L << (62 - ODDEST_SHIFT)).toHours()).isEqualTo(39);
      assertThat(shift(new Gcra(ODDEST))).isEqualTo(ODDEST_SHIFT);
    }

    @Test
    void holdsAtItsVeryEdge() {
      Gcra edge = new Gcra(RateLimit.parse("1/s burst 2305843009"));
      long word = edge.step(edge.idle(-5), -5, edge.burst());

      assertThat(word).isNotEqualTo(REJECTED);
      assertThat(edge.step(word, -5, 1)).isEqualTo(REJECTED);
      assertThat(edge.step(word, -5, edge.burst())).isEqualTo(REJECTED);
      assertThat(edge.retryAfterNanos(word, -5, 1)).isEqualTo(SECOND);
      assertThat(edge.retryAfterNanos(word, -5, edge.burst())).isEqualTo(SECOND * 2_305_843_009L);
      assertThat(edge.remaining(word, -5)).isZero();
      assertThat(edge.isIdle(word, -5)).isFalse();
      assertThat(edge.remaining(word, -5 + SECOND)).isEqualTo(1);
    }
  }

  @Nested
  class TheRounding {

    @ParameterizedTest
    @ValueSource(strings = {"10000000/s", "1000000/s", "100/s", "60/min", "10000/day", "1/day"})
    void isNoneWhereThePeriodDividesWell(String limit) {
      Gcra gcra = new Gcra(RateLimit.parse(limit));
      assertThat(interval(gcra) * RateLimit.parse(limit).permits())
          .isEqualTo(RateLimit.parse(limit).period().toNanos() << shift(gcra));
      assertThat(shift(gcra)).isEqualTo(1);
    }

    @Test
    @Tag("slow")
    void neverMakesTheRateHigherAndAtMostAMillionthLower() {
      Random random = new Random(20_241_124);
      BigInteger million = BigInteger.valueOf(1_000_000);
      for (int i = 0; i < 300_000; i++) {
        RateLimit limit = Limits.random(random);
        Gcra gcra = new Gcra(limit);
        BigInteger exact = BigInteger.valueOf(limit.period().toNanos()).shiftLeft(shift(gcra));
        BigInteger rounded =
            BigInteger.valueOf(interval(gcra)).multiply(BigInteger.valueOf(limit.permits()));
        BigInteger tooLong = rounded.subtract(exact);

        assertThat(tooLong.signum()).as("%s is never above", limit).isNotNegative();
        assertThat(tooLong.multiply(million).compareTo(rounded))
            .as("%s is a millionth below at most", limit)
            .isNotPositive();
        assertThat(shift(gcra)).isBetween(1, ODDEST_SHIFT);
      }
    }

    @Test
    void leavesEveryWordEven() {
      Random random = new Random(2);
      for (int i = 0; i < 100_000; i++) {
        Gcra gcra = new Gcra(Limits.random(random));
        long now = random.nextLong();
        long word = gcra.step(gcra.idle(now), now, 1L + random.nextInt((int) gcra.burst()));
        long later = now + random.nextInt(1_000_000);
        assertThat(gcra.idle(now) & 1).isZero();
        assertThat(word & 1).isZero();
        assertThat(gcra.refund(word, word, 0, later, 1) & 1).isZero();
      }
    }
  }

  @Nested
  class RetryAfter {

    @Test
    @Tag("slow")
    void isExactlyTheWaitAfterWhichTheSamePermitsAreThere() {
      Random random = new Random(3);
      int rejections = 0;
      while (rejections < 200_000) {
        Gcra gcra = new Gcra(Limits.random(random));
        long now = random.nextLong();
        long word = gcra.step(gcra.idle(now), now, gcra.burst());
        now += (long) (random.nextDouble() * gcra.retryAfterNanos(word, now, gcra.burst()));
        long permits = 1L + random.nextInt((int) gcra.burst());
        if (gcra.step(word, now, permits) == REJECTED) {
          rejections++;
          long wait = gcra.retryAfterNanos(word, now, permits);
          assertThat(wait).isPositive();
          assertThat(gcra.step(word, now + wait, permits))
              .as("%s: %s permits after %s ns", gcra, permits, wait)
              .isNotEqualTo(REJECTED);
          assertThat(gcra.step(word, now + wait - 1, permits))
              .as("%s: %s permits a nanosecond earlier than %s", gcra, permits, wait)
              .isEqualTo(REJECTED);
        }
      }
    }
  }

  @Nested
  class WhenTheShiftedClockWraps {

    private final Gcra odd = new Gcra(ODDEST);

    @ParameterizedTest(name = "{0} quarter turns from zero")
    @ValueSource(longs = {0, 1, 2, 3, 4})
    void aDebtIsRemembered(long quarters) {
      long wrap = quarters * (TURN / 4);
      long before = wrap - 100; // five permits take 500 ns and a little to come back
      long word = odd.step(odd.idle(before), before, 5);

      for (long now = before; now < wrap + 390; now += 10) {
        assertThat(odd.isIdle(word, now)).isFalse();
        assertThat(odd.remaining(word, now)).isEqualTo(Math.max(0, (now - before - 1) / 100));
        assertThat(odd.step(word, now, 5)).isEqualTo(REJECTED);
      }
      assertThat(odd.isIdle(word, wrap + 401)).isTrue();
    }

    @Test
    void aKeyIsIdleHoweverLongItWasLeftAlone() {
      long word = odd.step(odd.idle(0), 0, 5);
      for (long hours = 1; hours < Duration.ofNanos(TURN - SLACK).toHours(); hours++) {
        long now = Duration.ofHours(hours).toNanos();
        assertThat(odd.isIdle(word, now)).as("%s hours later", hours).isTrue();
        assertThat(odd.remaining(word, now)).isEqualTo(5);
      }
      assertThat(odd.isIdle(word, Duration.ofHours(79).plusMinutes(12).toNanos()))
          .as("3.3 days later, when the difference has turned its sign")
          .isTrue();
    }

    @Test
    void aKeyLeftAloneForAlmostAWholeTurnWaitsAsLongAsTheSlackAndTheBurstAtMost() {
      long word = odd.step(odd.idle(0), 0, 5);

      for (long back = 1_000; back < SLACK; back += SLACK / 1_000) {
        long now = TURN - back;
        assertThat(odd.isIdle(word, now)).isFalse();
        assertThat(odd.retryAfterNanos(word, now, 1)).isBetween(1L, SLACK + 501);
      }
      assertThat(odd.isIdle(word, TURN - SLACK - 600)).isTrue();
      assertThat(odd.isIdle(word, TURN + 501)).isTrue();
    }
  }

  @Nested
  class WhenTheClockStepsBack {

    @Test
    @Tag("slow")
    void noMoreIsAdmitted() {
      Random random = new Random(5);
      for (int i = 0; i < 100_000; i++) {
        Gcra gcra = new Gcra(Limits.random(random));
        long now = random.nextLong();
        long word = gcra.step(gcra.idle(now), now, gcra.burst());
        long earlier = now - (long) (random.nextDouble() * SLACK);

        assertThat(gcra.step(word, earlier, 1)).isEqualTo(REJECTED);
        assertThat(gcra.isIdle(word, earlier)).isFalse();
        assertThat(gcra.remaining(word, earlier)).isZero();
        long wait = gcra.retryAfterNanos(word, earlier, 1);
        assertThat(wait).as("as long as the step was, and the refill").isGreaterThan(now - earlier);
        assertThat(gcra.step(word, earlier + wait, 1)).isNotEqualTo(REJECTED);
      }
    }
  }

  @Nested
  class GivingBack {

    private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));

    @Test
    void atOnceLeavesNothingOfTheTaking() {
      long before = tenASecond.step(tenASecond.idle(0), 0, 1);
      long taken = tenASecond.step(before, 0, 3);

      assertThat(tenASecond.refund(taken, taken, 0, 0, 3)).isEqualTo(before);
    }

    @Test
    void givesOnlyWhatHasNotComeBackByItself() {
      long taken = tenASecond.step(tenASecond.idle(0), 0, 3);
      long later = 210 * MILLISECOND; // two of the three have come back, and a tenth of the third
      long word = tenASecond.step(taken, later, 3); // 90 ms and three permits in debt

      long after = tenASecond.refund(word, taken, 0, later, 3);

      assertThat(after).isEqualTo(tenASecond.step(tenASecond.idle(later), later, 3));
    }

    @Test
    void givesNothingOnceAllHasComeBack() {
      long taken = tenASecond.step(tenASecond.idle(0), 0, 3);
      long word = tenASecond.step(taken, 300 * MILLISECOND, 4);

      assertThat(tenASecond.refund(word, taken, 0, 300 * MILLISECOND, 3)).isEqualTo(word);
      assertThat(tenASecond.refund(word, taken, 0, 5 * DAY, 3)).isEqualTo(word);
    }

    @Test
    void givesNothingOfATakingFromAnEarlierTurnOfTheClock() {
      Gcra odd = new Gcra(RateLimit.parse("9999991/s burst 4")); // a turn takes 6.5 days
      long taken = odd.step(odd.idle(0), 0, 3);
      long word = odd.step(odd.idle(4 * DAY), 4 * DAY, 4);

      assertThat(odd.refund(word, taken, 0, 4 * DAY, 3)).isEqualTo(word);
    }

    /**
     * Beside each key that takes and gives back runs one that did neither; the first never owes
     * less.
     */
    @Test
    @Tag("slow")
    void neverForgivesMoreThanTheTakingCost() {
      Random random = new Random(6);
      for (int i = 0; i < 200_000; i++) {
        Gcra gcra = new Gcra(Limits.random(random));
        long refill = gcra.retryAfterNanos(gcra.step(gcra.idle(0), 0, gcra.burst()), 0, 1);
        long now = random.nextLong();
        long without = gcra.idle(now);
        if (random.nextBoolean()) {
          without = gcra.step(without, now, 1L + random.nextInt((int) gcra.burst()));
        }
        long permits = 1L + random.nextInt((int) gcra.burst());
        long taken = gcra.step(without, now, permits);
        if (taken == REJECTED) {
          continue;
        }
        long with = taken;
        long unit = gcra.idle(1);
        for (int others = random.nextInt(4); others > 0; others--) {
          now += (long) (random.nextDouble() * 3 * refill);
          long theirs = 1L + random.nextInt((int) gcra.burst());
          long next = gcra.step(with, now, theirs);
          if (next != REJECTED) {
            with = next;
            without = gcra.step(without, now, theirs);
          }
        }
        now += (long) (random.nextDouble() * 3 * refill);

        long after = gcra.refund(with, taken, 0, now, permits);

        long debtAfter = Math.max(0, after - now * unit);
        long debtWithout = Math.max(0, without - now * unit);
        assertThat(debtAfter).as("%s", gcra).isGreaterThanOrEqualTo(debtWithout);
        if (taken - now * unit >= permits * interval(gcra)) {
          assertThat(after).as("nothing has come back by itself").isEqualTo(without);
        }
        assertThat(with - after).isNotNegative();
      }
    }
  }

  @Nested
  class GivingBackWhatOthersGaveBackBefore {

    private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));

    @Test
    void forgivesNothingToWhoeverTookSinceTheKeyWasIdleEarly() {
      long first = tenASecond.step(tenASecond.idle(0), 0, 2);
      long second = tenASecond.step(first, 0, 2);
      long word = tenASecond.refund(second, first, 0, 0, 2);
      long later = 200 * MILLISECOND; // so all is back at 200 ms, not at 400 ms
      assertThat(tenASecond.isIdle(word, later)).isTrue();
      long others = tenASecond.step(word, later, 4);

      assertThat(tenASecond.refund(others, second, 2, later, 2))
          .as("the second two came back by themselves")
          .isEqualTo(others);
    }

    @Test
    void givesWhatIsCertainlyNotBackYet() {
      long first = tenASecond.step(tenASecond.idle(0), 0, 1);
      long second = tenASecond.step(first, 0, 3);
      long word = tenASecond.refund(second, first, 0, 0, 1);

      assertThat(tenASecond.refund(word, second, 1, 0, 3)).isEqualTo(tenASecond.idle(0));
      assertThat(tenASecond.refund(word, second, 1, 100 * MILLISECOND, 3))
          .as("one of the three is back")
          .isEqualTo(tenASecond.idle(100 * MILLISECOND));
    }

    @Test
    void givesNothingOnceMoreThanAWholeBurstWasGivenBack() {
      long word = tenASecond.step(tenASecond.idle(0), 0, 4);

      assertThat(tenASecond.refund(word, word, 5, 0, 4)).isEqualTo(word);
      assertThat(tenASecond.refund(word, word, Long.MAX_VALUE, 0, 4)).isEqualTo(word);
    }
  }

  @Nested
  class Charging {

    private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));

    @Test
    void isTakingWhileThePermitsAreThere() {
      long word = tenASecond.step(tenASecond.idle(7), 7, 1);

      assertThat(tenASecond.charge(word, 7, 3)).isEqualTo(tenASecond.step(word, 7, 3));
      assertThat(tenASecond.charge(word, 5 * DAY, 3))
          .as("from an idle word")
          .isEqualTo(tenASecond.step(tenASecond.idle(5 * DAY), 5 * DAY, 3));
    }

    @Test
    void beyondTheBurstIsPaidBackBeforeTheNextAdmission() {
      long word = tenASecond.charge(tenASecond.idle(0), 0, 4 + 10);

      assertThat(tenASecond.remaining(word, 0)).isZero();
      assertThat(tenASecond.retryAfterNanos(word, 0, 1)).isEqualTo(1100 * MILLISECOND);
      assertThat(tenASecond.step(word, 1100 * MILLISECOND - 1, 1)).isEqualTo(REJECTED);
      assertThat(tenASecond.step(word, 1100 * MILLISECOND, 1)).isNotEqualTo(REJECTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9999991/s burst 5", "10/s burst 4", "1/day"})
    void isKeptForAnHourAtTheLeastAndLeavesRoomForAStepBack(String limit) {
      Gcra gcra = new Gcra(RateLimit.parse(limit));
      long word = gcra.charge(gcra.idle(0), 0, Long.MAX_VALUE);

      assertThat(gcra.retryAfterNanos(word, 0, 1))
          .isGreaterThan(Duration.ofHours(1).toNanos());
      assertThat(gcra.isIdle(word, -Duration.ofHours(1).toNanos())).isFalse();
      assertThat(gcra.charge(word, 0, 1) - word).as("it is full").isBetween(0L, interval(gcra));
      assertThat(word & 1).isZero();
    }
  }

  @Nested
  class WaitingAhead {

    private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));

    @Test
    void keepsThePlacesOfThoseWhoWait() {
      long word = tenASecond.step(tenASecond.idle(0), 0, 4);
      for (int waiting = 1; waiting <= 50; waiting++) {
        long wait = tenASecond.retryAfterNanos(word, 0, 1);
        assertThat(wait)
            .as("each a tenth of a second later")
            .isEqualTo(waiting * 100L * MILLISECOND);
        word = tenASecond.step(word, wait, 1);
        assertThat(tenASecond.isIdle(word, 0)).isFalse();
        assertThat(tenASecond.step(word, wait, 1)).isEqualTo(REJECTED);
      }
      assertThat(tenASecond.isIdle(word, 5400 * MILLISECOND - 1)).isFalse();
      assertThat(tenASecond.isIdle(word, 5400 * MILLISECOND)).isTrue();
    }

    @Test
    void isKnownAnHourAhead() {
      Gcra odd = new Gcra(ODDEST);
      long ahead = odd.step(odd.idle(HOUR), HOUR, 5);

      assertThat(odd.isIdle(ahead, 0)).isFalse();
      assertThat(odd.step(ahead, 0, 1)).isEqualTo(REJECTED);
      assertThat(odd.refund(ahead, ahead, 0, 0, 5) - odd.idle(0)).isPositive();
    }
  }

  /** The time per permit in units of 2^-shift nanoseconds. */
  private static long interval(Gcra gcra) {
    return gcra.step(gcra.idle(0), 0, 1) - gcra.idle(0);
  }

  private static int shift(Gcra gcra) {
    return Long.numberOfTrailingZeros(gcra.idle(1) - gcra.idle(0));
  }
}

package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlidingWindowTest {

  private static final long MILLISECOND = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final long HOUR = 3600 * SECOND;
  private static final long START = Long.MAX_VALUE - SECOND; // the ticker wraps on the way

  private final SlidingWindow tenASecond = new SlidingWindow(RateLimit.parse("10/s"), START);

  private static long at(long millis) {
    return START + millis * MILLISECOND;
  }

  @Test
  void neverHasMoreThanWasAddedNowOrLater() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      SlidingWindow window = new SlidingWindow(RateLimit.parse((1 + random.nextInt(50)) + "/s"), 0);
      long now = random.nextLong(3_000_000_000L);
      long word = window.idle(now);
      for (int i = 0; i < 4; i++) {
        long next = window.step(word, now, 1 + random.nextLong(window.burst()));
        word = next == REJECTED ? word : next;
        now += random.nextLong(500_000_000L);
      }
      long added = 1 + random.nextLong(window.burst());
      long without = word;
      long with = window.add(word, now, added);
      long there = window.remaining(without, now);
      assertThat(window.remaining(with, now))
          .isBetween(Math.min(window.burst(), there + added) - 2, there + added);
      for (int i = 0; i < 6; i++) {
        now += random.nextLong(400_000_000L);
        long more = window.remaining(with, now) - window.remaining(without, now);
        assertThat(more).as("round %s", round).isBetween(0L, added);
        long taken = window.step(without, now, 1);
        if (taken != REJECTED) {
          without = taken;
          with = window.step(with, now, 1);
        }
      }
    }
  }

  @Test
  void doesWhatTheDocumentedExampleSays() {
    long word = tenASecond.step(tenASecond.idle(at(0)), at(0), 8);
    assertThat(tenASecond.remaining(word, at(0))).isEqualTo(2);

    assertThat(tenASecond.step(word, at(500), 3)).isEqualTo(REJECTED);
    assertThat(tenASecond.retryAfterNanos(word, at(500), 3)).isEqualTo(625 * MILLISECOND);
    assertThat(tenASecond.step(word, at(1125) - 1, 3)).isEqualTo(REJECTED);

    word = tenASecond.step(word, at(1125), 3);
    assertThat(tenASecond.remaining(word, at(1125))).isZero();

    assertThat(tenASecond.step(word, at(1500), 4)).isEqualTo(REJECTED);
    assertThat(tenASecond.retryAfterNanos(word, at(1500), 4)).isEqualTo(125 * MILLISECOND);
    assertThat(tenASecond.step(word, at(1625) - 1, 4)).isEqualTo(REJECTED);

    word = tenASecond.step(word, at(1625), 4);
    assertThat(word).isNotEqualTo(REJECTED);
    assertThat(tenASecond.remaining(word, at(1625))).isZero();
  }

  @Test
  void givesAKeyNeverSeenTheWholeLimitAtAnyTime() {
    for (long millis : new long[] {-5_000_000_000L, -2001, -1, 0, 1, 1000, 5_000_000_000L}) {
      long idle = tenASecond.idle(at(millis));

      assertThat(tenASecond.isIdle(idle, at(millis))).isTrue();
      assertThat(tenASecond.remaining(idle, at(millis))).isEqualTo(10);
      assertThat(tenASecond.step(idle, at(millis), 10)).isNotEqualTo(REJECTED);
    }
  }

  @Test
  void remembersAKeyForTwoWindows() {
    long word = tenASecond.step(tenASecond.idle(at(0)), at(0), 1);

    assertThat(tenASecond.isIdle(word, at(2000) - 1)).isFalse();
    assertThat(tenASecond.isIdle(word, at(2000))).isTrue();
  }

  @Nested
  class TheQuotient {

    @Test
    @Tag("slow")
    void isExactThoughTheProductNeedsMoreThanALong() {
      Random random = new Random(7);
      for (int i = 0; i < 1_000_000; i++) {
        long length = 100 + (random.nextLong() >>> (9 + random.nextInt(48))); // below 2^55
        long last = 1L + random.nextInt(1 << (1 + random.nextInt(26)));
        long into = random.nextInt(4) == 0
            ? length - 1 - random.nextInt(100)
            : (long) (random.nextDouble() * (length - 1));
        long room = random.nextInt((int) last);

        assertThat(SlidingWindow.divided(last, into, length)).isEqualTo(exact(last, into, length));
        assertThat(SlidingWindow.divided(room, length, last)).isEqualTo(exact(room, length, last));
      }
    }

    private long exact(long a, long b, long divisor) {
      return BigInteger.valueOf(a)
          .multiply(BigInteger.valueOf(b))
          .divide(BigInteger.valueOf(divisor))
          .longValueExact();
    }
  }

  @Nested
  class TheRange {

    @ParameterizedTest(name = "{0} permits in {1} ns")
    @CsvSource({
      "67108863, 31622400000000000", // 366 days
      "67108863, 86400000000000",
      "67108863, 2580000000000", // 43 minutes
      "67108863, 2531250000000", // 1,024 of these are 30 days
      "33554431, 2531249999999",
      "8388607, 60000000000",
      "1048575, 1000000000",
      "131071, 13107100", // 10,000,000 a second and a little less
    })
    void endsWhereTheNumberOfTheWindowNeedsTheBits(long most, long length) {
      RateLimit limit = RateLimit.of(most, Duration.ofNanos(length));
      SlidingWindow windows = new SlidingWindow(limit, START);
      long word = windows.step(windows.idle(START), START, most);

      assertThat(windows.remaining(windows.refund(word, word, 0, START, 1), START))
          .isEqualTo(1);
      assertThat(windows.step(word, START, 1)).isEqualTo(REJECTED);
      assertThat(windows.remaining(word, START + length)).isZero();
      assertThat(windows.remaining(word, START + 2 * length - 1)).isEqualTo(most - 1);
      assertThat(windows.isIdle(word, START + 2 * length)).isTrue();
      assertThat(SlidingWindow.mostPermits(length)).isEqualTo(most);
    }

    @Test
    void isTold() {
      assertThatThrownBy(() -> new SlidingWindow(RateLimit.parse("1048576/s"), 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("permits must be at most 1048575 in a sliding-window of PT1S, got 1048576:"
              + " say the same rate with a shorter period, as 10000/ms for 10000000/s");
      assertThatThrownBy(() -> new SlidingWindow(RateLimit.parse("10001/ms"), 0))
          .hasMessageContaining("at most 10,000,000 permits a second, got '10001/ms'");
      assertThatThrownBy(() -> new SlidingWindow(RateLimit.parse("10/s burst 20"), 0))
          .hasMessageContaining(
              "burst must be 10, the permits of the period, for a sliding-window");
      assertThat(new SlidingWindow(RateLimit.parse("10000/ms"), 0).burst()).isEqualTo(10_000);
      assertThat(new SlidingWindow(RateLimit.parse("1/100ns"), 0).burst()).isEqualTo(1);
    }
  }

  @Nested
  class WhenTheNumbersTurn {

    private final SlidingWindow soonest = new SlidingWindow(RateLimit.parse("1048575/s"), START);
    private final long turn = Duration.ofSeconds(1L << 22).toNanos(); // 48 days

    @Test
    void aKeyIsIdleHoweverLongItWasLeftAloneUpToTheLastPartOfTheTurn() {
      long word = soonest.step(soonest.idle(START), START, 1_048_575);
      for (long hours = 1; hours < (turn - turn / 128) / HOUR; hours++) {
        assertThat(soonest.isIdle(word, START + hours * HOUR))
            .as("%s hours", hours)
            .isTrue();
        assertThat(soonest.remaining(word, START + hours * HOUR)).isEqualTo(1_048_575);
      }
      assertThat(soonest.isIdle(word, START + turn - turn / 128)).isFalse();
      assertThat(soonest.retryAfterNanos(word, START + turn - turn / 128, 1))
          .isBetween(turn / 128, turn / 128 + 2 * SECOND);
      assertThat(soonest.isIdle(word, START + turn + 2 * SECOND)).isTrue();
    }

    @Test
    void theClockMayStepBackByFiveHours() {
      long word = soonest.step(soonest.idle(START), START, 1);

      assertThat(soonest.isIdle(word, START - 5 * HOUR)).isFalse();
      assertThat(soonest.step(word, START - 5 * HOUR, 1)).isEqualTo(REJECTED);
      assertThat(soonest.retryAfterNanos(word, START - 5 * HOUR, 1)).isEqualTo(5 * HOUR);
    }
  }

  @Nested
  class GivingBack {

    @Test
    void countsInTheNextWindowToo() {
      long word = tenASecond.step(tenASecond.idle(at(0)), at(0), 8);
      long next = tenASecond.step(word, at(1500), 1); // 4 of the 8 still weigh

      long after = tenASecond.refund(next, word, 0, at(1500), 8);

      assertThat(tenASecond.remaining(next, at(1500))).isEqualTo(5);
      assertThat(tenASecond.remaining(after, at(1500))).isEqualTo(9);
      assertThat(tenASecond.refund(next, word, 0, at(2000), 8))
          .as("once they weigh nothing")
          .isEqualTo(next);
    }

    @Test
    void leavesAMarkSoThatTheSlotKeepsItsOwnerForTheWindow() { // W2
      long word = tenASecond.step(tenASecond.idle(at(0)), at(0), 8);
      long inTheNext = tenASecond.refund(word, word, 0, at(1000), 8);
      long inTheSame = tenASecond.refund(word, word, 0, at(999), 8);

      assertThat(tenASecond.remaining(inTheNext, at(1000))).isEqualTo(10);
      assertThat(tenASecond.isIdle(inTheNext, at(2000) - 1)).isFalse();
      assertThat(tenASecond.isIdle(inTheNext, at(2000))).isTrue();
      assertThat(tenASecond.isIdle(inTheSame, at(999))).isFalse();
      assertThat(tenASecond.isIdle(inTheSame, at(1000))).isTrue();
      assertThat(inTheNext - tenASecond.idle(at(1000))).isPositive();
    }
  }

  @Nested
  class Charging {

    @Test
    void takesTheRestFromTheWindowsThatFollow() { // W1
      long word = tenASecond.charge(tenASecond.idle(at(0)), at(0), 10 + 10 + 4);

      assertThat(tenASecond.remaining(word, at(2000) - 1)).isZero();
      assertThat(tenASecond.remaining(word, at(2000))).as("10 * 1 + 4 taken").isZero();
      assertThat(tenASecond.retryAfterNanos(word, at(0), 1)).isEqualTo(2500 * MILLISECOND);
      assertThat(tenASecond.remaining(word, at(2700))).as("10 * 0.3 + 4 taken").isEqualTo(3);
      assertThat(tenASecond.remaining(word, at(3500))).as("4 * 0.5 taken").isEqualTo(8);
    }

    @Test
    void reachesAnHourAheadAndNoFurther() {
      long word = tenASecond.charge(tenASecond.idle(at(0)), at(0), Long.MAX_VALUE);

      assertThat(tenASecond.retryAfterNanos(word, at(0), 1)).isBetween(HOUR, HOUR + 2 * SECOND);
      assertThat(tenASecond.charge(word, at(0), 1)).isEqualTo(word);
      assertThat(tenASecond.charge(word, at(-60_000), 7))
          .as("after a step back")
          .isEqualTo(word);
    }
  }

  @Nested
  class TheWorstCase {

    private static final int LIMIT = 5;
    private static final long LENGTH = 600; // ns, so that every nanosecond can be tried
    private final RateLimit limit = RateLimit.of(LIMIT, Duration.ofNanos(LENGTH));
    private final SlidingWindow sliding = new SlidingWindow(limit, START);
    private final FixedWindow fixed =
        new FixedWindow(limit, Instant.EPOCH.atOffset(ZoneOffset.UTC), START);

    @Test
    void isTwiceTheLimitLessOneInOnePeriod() {
      long atTheEnd = START + LENGTH - 1;
      long word = sliding.step(sliding.idle(atTheEnd), atTheEnd, LIMIT);
      long admitted = LIMIT;
      for (long now = atTheEnd + 1; now < atTheEnd + LENGTH; now++) {
        long next = sliding.step(word, now, 1);
        if (next != REJECTED) {
          admitted++;
          word = next;
        }
      }
      assertThat(admitted).isEqualTo(2 * LIMIT - 1);
    }

    /**
     * Every first taking of every size at every nanosecond of a window, then all that can be had:
     * no span of any length has more.
     */
    @Test
    @Tag("slow")
    void isNeverMoreWhoeverBeginsWheneverWithHowMuch() {
      long most = 0;
      for (long early = 0; early <= LIMIT; early++) {
        for (long begin = 0; begin < LENGTH; begin++) {
          most = Math.max(most, mostInAPeriod(sliding, early, begin));
        }
      }
      assertThat(most).isEqualTo(2 * LIMIT - 1);
    }

    @Test
    void ofFixedWindowsIsTwiceTheLimitAndTheSearchFindsIt() {
      long most = 0;
      for (long begin = 0; begin < LENGTH; begin += 7) {
        most = Math.max(most, mostInAPeriod(fixed, 2, begin));
      }
      assertThat(mostInAPeriod(fixed, 0, LENGTH - 1)).isEqualTo(2 * LIMIT);
      assertThat(most).isLessThanOrEqualTo(2 * LIMIT);
    }

    @Test
    @Tag("slow")
    void growsWithTheSpanWhateverIsTakenWhenever() {
      Random random = new Random(8);
      for (int i = 0; i < 20_000; i++) {
        Deque<Long> taken = new ArrayDeque<>(); // the times, one for each permit
        long word = sliding.idle(START);
        int patience = 1 + random.nextInt(200);
        for (long now = START; now - START < 6 * LENGTH; now += 1 + random.nextInt(patience)) {
          long permits = 1L + random.nextInt(LIMIT);
          long next = sliding.step(word, now, permits);
          if (next != REJECTED) {
            word = next;
            for (int permit = 0; permit < permits; permit++) {
              taken.addLast(now);
            }
          }
          while (!taken.isEmpty() && now - taken.getFirst() >= LENGTH) {
            taken.removeFirst();
          }
          long count = taken.size();
          for (long first : taken) {
            assertThat(count).isLessThanOrEqualTo(LIMIT + LIMIT * (now - first + 1) / LENGTH);
            count--;
          }
        }
      }
    }

    private static long mostInAPeriod(RateAlgorithm windows, long early, long begin) {
      Deque<Long> taken = new ArrayDeque<>();
      long word = windows.idle(START);
      if (early > 0) {
        word = windows.step(word, START, early);
        for (long permit = 0; permit < early; permit++) {
          taken.addLast(START);
        }
      }
      long most = early;
      for (long now = START + begin; now - START < 3 * LENGTH; now++) {
        while (!taken.isEmpty() && now - taken.getFirst() >= LENGTH) {
          taken.removeFirst();
        }
        for (long n = windows.remaining(word, now); n > 0; n--) {
          word = windows.step(word, now, 1);
          taken.addLast(now);
        }
        most = Math.max(most, taken.size());
      }
      return most;
    }
  }
}

package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedWindowTest {

  private static final long SECOND = 1_000_000_000;
  private static final long HOUR = 3600 * SECOND;
  private static final long DAY = 24 * HOUR;
  private static final long START = Long.MAX_VALUE - 30 * SECOND; // the ticker wraps on the way

  /** As in docs/algorithms.md: 10 a minute, started 20 s into a minute. */
  private final FixedWindow tenAMinute = window("10/min", "2026-11-24T08:15:20Z");

  private static FixedWindow window(String limit, String wallClock) {
    return new FixedWindow(RateLimit.parse(limit), OffsetDateTime.parse(wallClock), START);
  }

  private static long at(long seconds) {
    return START + seconds * SECOND;
  }

  @Test
  void doesWhatTheDocumentedExampleSays() {
    long word = tenAMinute.idle(at(0));

    word = tenAMinute.step(word, at(0), 10);
    assertThat(word).isNotEqualTo(REJECTED);
    assertThat(tenAMinute.remaining(word, at(0))).isZero();

    assertThat(tenAMinute.step(word, at(1), 1)).isEqualTo(REJECTED);
    assertThat(tenAMinute.retryAfterNanos(word, at(1), 1)).isEqualTo(39 * SECOND);
    assertThat(tenAMinute.step(word, at(40) - 1, 1)).isEqualTo(REJECTED);

    word = tenAMinute.step(word, at(40), 4);
    assertThat(tenAMinute.remaining(word, at(40))).isEqualTo(6);

    assertThat(tenAMinute.step(word, at(99), 7)).isEqualTo(REJECTED);
    assertThat(tenAMinute.retryAfterNanos(word, at(99), 7)).isEqualTo(SECOND);
    assertThat(tenAMinute.remaining(word, at(100))).isEqualTo(10);
  }

  @Nested
  class Windows {

    @ParameterizedTest(name = "{0}: at {1}, the window ends {2} s later")
    @CsvSource({
      "1/day, 2026-11-24T23:59:59Z, 1",
      "1/day, 2026-11-24T00:00:00Z, 86400",
      "1/day, 2026-11-24T00:00:00+02:00, 86400",
      "1/day, 2026-11-24T21:30:00-08:00, 9000",
      "1/h, 2026-11-24T21:30:00-08:00, 1800",
      "1/h, 2026-11-24T21:30:00+05:45, 1800",
      "1/h, 1969-12-31T23:15:00Z, 2700",
      "1/7day, 1970-01-07T00:00:00Z, 86400",
      "1/min, 2300-01-01T00:00:59Z, 1",
    })
    void beginAtTheFullPeriodOfTheClock(String limit, String wallClock, long seconds) {
      FixedWindow windows = window(limit, wallClock);
      long word = windows.step(windows.idle(START), START, 1);

      assertThat(windows.retryAfterNanos(word, START, 1)).isEqualTo(seconds * SECOND);
      assertThat(windows.step(word, at(seconds) - 1, 1)).isEqualTo(REJECTED);
      assertThat(windows.step(word, at(seconds), 1)).isNotEqualTo(REJECTED);
    }

    @Test
    void admitTwiceTheLimitWhereTheyMeetAndNeverMore() {
      long word = tenAMinute.step(tenAMinute.idle(at(40) - 1), at(40) - 1, 10);
      word = tenAMinute.step(word, at(40), 10);

      assertThat(word).isNotEqualTo(REJECTED);
      assertThat(tenAMinute.step(word, at(100) - 2, 1)).isEqualTo(REJECTED);
      assertThat(RateLimit.parse("10/min").worstCase()).isEqualTo(20);
    }

    @Test
    void areKnownForACenturyInEitherDirection() {
      for (String limit : new String[] {"1/100ns", "10000000/s", "1/day", "100/366day"}) {
        FixedWindow windows = window(limit, "2026-11-24T08:15:20Z");
        for (int years = -100; years <= 100; years++) {
          long now = START + years * 365L * DAY;
          long word = windows.step(windows.idle(now), now, windows.burst());

          assertThat(windows.step(word, now, 1)).isEqualTo(REJECTED);
          assertThat(windows.isIdle(word, now + 366 * DAY)).isTrue();
          assertThat(windows.isIdle(word, now + 100 * 365 * DAY)).isTrue();
          assertThat(windows.isIdle(word, now - 4 * 365 * DAY))
              .as("the clock steps back")
              .isFalse();
        }
      }
    }
  }

  @Nested
  class TheRange {

    @ParameterizedTest
    @ValueSource(strings = {"1/100ns", "10000000/s", "864000000000/day", "316224000000000/366day"})
    void reachesTenMillionASecond(String text) {
      RateLimit limit = RateLimit.parse(text);
      FixedWindow windows = window(text, "2026-11-24T08:15:20Z");
      long word = windows.step(windows.idle(START), START, limit.permits() - 1);

      assertThat(windows.burst()).isEqualTo(limit.permits());
      assertThat(windows.remaining(word, START)).isEqualTo(1);
      assertThat(windows.step(windows.step(word, START, 1), START, 1)).isEqualTo(REJECTED);
    }

    @Test
    void endsThere() {
      assertThatThrownBy(() -> window("10000001/s", "2026-11-24T08:15:20Z"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("limit must be at most 10,000,000 permits a second, got")
          .hasMessageContaining("'10000001/s'");
    }

    @Test
    void hasNoBurstOfItsOwn() {
      assertThatThrownBy(() -> window("10/min burst 5", "2026-11-24T08:15:20Z"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("burst must be 10, the permits of the period, for a fixed-window, got 5:"
              + " leave the burst out, or choose a token-bucket");
    }
  }

  @Nested
  class GivingBack {

    private final long word = tenAMinute.step(tenAMinute.idle(at(0)), at(0), 4);

    @Test
    void leavesAMarkSoThatTheSlotKeepsItsOwnerForTheWindow() { // F2
      long after = tenAMinute.refund(word, word, 0, at(1), 4);

      assertThat(tenAMinute.remaining(after, at(1))).isEqualTo(10);
      assertThat(tenAMinute.isIdle(after, at(40) - 1)).isFalse();
      assertThat(tenAMinute.isIdle(after, at(40))).isTrue();
      assertThat(after - tenAMinute.idle(at(1))).isPositive();
    }

    @Test
    void givesNothingOnceTheWindowIsOver() {
      long next = tenAMinute.step(word, at(40), 5);

      assertThat(tenAMinute.refund(next, word, 0, at(40), 4)).isEqualTo(next);
      assertThat(tenAMinute.refund(word, word, 0, at(40), 4)).isEqualTo(word);
    }

    @Test
    void givesWhatAWaiterTookAheadOfTime() {
      long full = tenAMinute.step(word, at(0), 6);
      long ahead = tenAMinute.step(full, at(40), 10);
      assertThat(tenAMinute.retryAfterNanos(ahead, at(1), 1)).isEqualTo(99 * SECOND);

      long after = tenAMinute.refund(ahead, ahead, 0, at(1), 10);

      assertThat(tenAMinute.step(after, at(1), 1)).as("this window is spent").isEqualTo(REJECTED);
      assertThat(tenAMinute.retryAfterNanos(after, at(1), 1)).isEqualTo(39 * SECOND);
      assertThat(tenAMinute.remaining(after, at(40))).isEqualTo(10);
      assertThat(tenAMinute.isIdle(after, at(40))).isFalse();
    }
  }

  @Nested
  class Charging {

    private final long word = tenAMinute.step(tenAMinute.idle(at(0)), at(0), 4);

    @Test
    void takesWhatIsThere() { // F1
      assertThat(tenAMinute.charge(word, at(0), 6)).isEqualTo(tenAMinute.step(word, at(0), 6));
    }

    @Test
    void takesTheRestFromTheWindowsThatFollow() { // F1
      long charged = tenAMinute.charge(word, at(0), 6 + 10 + 3);

      assertThat(tenAMinute.remaining(charged, at(99))).isZero();
      assertThat(tenAMinute.retryAfterNanos(charged, at(0), 7)).isEqualTo(100 * SECOND);
      assertThat(tenAMinute.remaining(charged, at(100))).isEqualTo(7);
      assertThat(tenAMinute.step(charged, at(100), 8)).isEqualTo(REJECTED);
      assertThat(tenAMinute.retryAfterNanos(charged, at(0), 8)).isEqualTo(160 * SECOND);
    }

    @Test
    void reachesAnHourAheadAndNoFurther() {
      long charged = tenAMinute.charge(word, at(0), Long.MAX_VALUE);

      assertThat(tenAMinute.retryAfterNanos(charged, at(0), 1)).isBetween(HOUR, HOUR + 60 * SECOND);
      assertThat(tenAMinute.charge(charged, at(0), 1)).isEqualTo(charged);
      assertThat(tenAMinute.charge(charged, at(-1800), 5))
          .as("after a step back")
          .isEqualTo(charged);
    }

    @Test
    void reachesTheNextWindowIfThatIsLongerThanAnHour() {
      FixedWindow daily = window("10/day", "2026-11-24T23:59:59Z");
      long charged = daily.charge(daily.idle(START), START, 1_000_000);

      assertThat(daily.retryAfterNanos(charged, START, 1))
          .isEqualTo(Duration.ofDays(1).plusSeconds(1).toNanos());
    }
  }

  @Nested
  class WhenTheClockStepsBack {

    @Test
    void nothingIsAdmittedUntilTheTimeHasComeAgain() {
      long word = tenAMinute.step(tenAMinute.idle(at(40)), at(40), 3);

      for (long seconds = 39; seconds > -10_000; seconds--) {
        assertThat(tenAMinute.step(word, at(seconds), 1)).isEqualTo(REJECTED);
        assertThat(tenAMinute.isIdle(word, at(seconds))).isFalse();
        assertThat(tenAMinute.remaining(word, at(seconds))).isZero();
        assertThat(tenAMinute.retryAfterNanos(word, at(seconds), 1))
            .isEqualTo((40 - seconds) * SECOND);
      }
    }
  }
}

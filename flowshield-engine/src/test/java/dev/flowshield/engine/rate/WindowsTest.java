package dev.flowshield.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;

/** Windows of time, and whether two limits have the same. */
class WindowsTest {

  private static final OffsetDateTime NOON = OffsetDateTime.parse("2026-11-24T12:00:00Z");

  @Test
  void areThoseOfOthersThatBeginAndEndAtTheSameTimes() {
    Windows windows = new Windows(7, 60, 6);
    assertThat(windows.areThoseOf(new Windows(7, 60, 5))).isTrue();
    assertThat(windows.areThoseOf(new Windows(8, 60, 6))).isFalse();
    assertThat(windows.areThoseOf(new Windows(7, 61, 6))).isFalse();
  }

  @Test
  void areTheSameForFixedWindowsOfOnePeriod() {
    assertThat(fixed("10/min").hasWindowsOf(fixed("20/min"))).isTrue();
    assertThat(fixed("10/min").hasWindowsOf(fixed("20/h"))).isFalse();
  }

  @Test
  void areTheSameForSlidingWindowsOfOnePeriodAndStart() {
    assertThat(sliding("10/min", 5).hasWindowsOf(sliding("20/min", 5))).isTrue();
    assertThat(sliding("10/min", 5).hasWindowsOf(sliding("20/min", 6))).isFalse();
    assertThat(sliding("10/min", 5).hasWindowsOf(sliding("20/h", 5))).isFalse();
  }

  @Test
  void areSaidByTheirLimits() {
    assertThat(fixed("10/min")).hasToString("FixedWindow[10 in 60000000000ns]");
    assertThat(sliding("10/min", 5)).hasToString("SlidingWindow[10 in 60000000000ns]");
    assertThat(new Gcra(RateLimit.parse("10/s burst 4")))
        .hasToString("Gcra[interval=200000000*2^-1ns, burst=4]");
  }

  @Test
  void areLeftAsTheyAreIfPermitsAreAddedToAKeyThatOwesNothing() {
    SlidingWindow window = sliding("10/min", 5);
    long idle = window.idle(1_000_000_000_000L);
    assertThat(window.add(idle, 1_000_000_000_000L, 3)).isEqualTo(idle);
  }

  private static FixedWindow fixed(String limit) {
    return new FixedWindow(RateLimit.parse(limit), NOON, 0);
  }

  private static SlidingWindow sliding(String limit, long start) {
    return new SlidingWindow(RateLimit.parse(limit), start);
  }
}

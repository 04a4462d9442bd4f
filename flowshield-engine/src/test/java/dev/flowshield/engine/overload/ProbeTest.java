package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.SECOND;
import static dev.flowshield.engine.overload.Windows.alike;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Pressure;
import org.junit.jupiter.api.Test;

/** Trying half of the limit. */
class ProbeTest {

  private static final long LATENCY = 10_000; // ticks: 10 ms
  private static final Window USUAL = alike(100, LATENCY, 20);

  private final Probe probe = new Probe();
  private long now = Long.MAX_VALUE - SECOND; // wraps around meanwhile

  private boolean isDue(Pressure pressure, boolean hasSeenQuietTimes) {
    return probe.isDue(pressure, hasSeenQuietTimes, USUAL, now);
  }

  /** Windows of extreme pressure for as long, the last of which makes a probe due. */
  private void assertDueAfter(long seconds) {
    for (int i = 0; i < 10 * seconds - 1; i++) {
      now += SECOND / 10;
      assertThat(isDue(Pressure.EXTREME, true)).as("after %d tenths", i + 1).isFalse();
    }
    now += SECOND / 10;
    assertThat(isDue(Pressure.EXTREME, true)).isTrue();
  }

  private boolean findsOut(Window settled) {
    probe.begin(USUAL, USUAL.throughput(), now);
    assertThat(probe.isOpen()).isTrue();
    now += SECOND / 200; // less than work takes
    assertThat(probe.close(alike(1, 1, 1), LATENCY, now)).isFalse();
    now += SECOND / 10;
    assertThat(probe.close(alike(1, 1, 1), LATENCY, now)).isFalse();
    assertThat(probe.isOpen()).as("work has settled now").isTrue();
    now += SECOND / 10;
    boolean hasWaited = probe.close(settled, LATENCY, now);
    assertThat(probe.isOpen()).isFalse();
    return hasWaited;
  }

  @Test
  void isDueSoonWhereTheServerWasOverloadedAllTheTime() {
    isDue(Pressure.NORMAL, false);
    assertDueAfter(1);
  }

  @Test
  void isDueLaterWhereQuietTimesWereSeen() {
    isDue(Pressure.NORMAL, true);
    assertDueAfter(10);
  }

  @Test
  void isNotDueWhereHardlyAnyRequestIsRejected() {
    for (int i = 0; i < 1_000; i++) {
      now += SECOND;
      assertThat(isDue(i % 2 == 0 ? Pressure.NORMAL : Pressure.ELEVATED, false)).isFalse();
    }
    assertDueAfter(1);
  }

  @Test
  void findsWorkThatHasWaited() {
    isDue(Pressure.NORMAL, true);
    assertThat(findsOut(alike(95, LATENCY / 2, 10))).isTrue();
    assertDueAfter(1); // as there may be more to find
  }

  @Test
  void findsNothingWhereLessIsDone() {
    isDue(Pressure.NORMAL, false);
    assertThat(findsOut(alike(70, LATENCY / 2, 10))).isFalse();
    assertDueAfter(2);
    assertThat(findsOut(alike(70, LATENCY / 2, 10))).isFalse();
    assertDueAfter(4);
  }

  @Test
  void findsNothingWhereWorkTakesAsLong() {
    isDue(Pressure.NORMAL, false);
    assertThat(findsOut(alike(100, LATENCY * 9 / 10, 10))).isFalse();
  }

  @Test
  void findsNothingByChance() {
    isDue(Pressure.NORMAL, false);
    Window uneven = Windows.both(alike(96, LATENCY / 4, 10), alike(4, 10 * LATENCY, 10));
    assertThat(uneven.latency()).isLessThan(LATENCY * 0.8);
    Window asLong = new Window(
        Windows.TENTH,
        100,
        0,
        100,
        uneven.latencies(),
        uneven.excesses(),
        uneven.excessSquares(),
        1000,
        10_000,
        1000 * LATENCY,
        10,
        100,
        0,
        100);
    assertThat(findsOut(asLong)).isFalse();
  }

  @Test
  void isRareWhereItFindsNothing() {
    isDue(Pressure.NORMAL, false);
    for (int i = 0; i < 10; i++) {
      assertThat(findsOut(USUAL)).isFalse();
    }
    assertDueAfter(60);
  }
}

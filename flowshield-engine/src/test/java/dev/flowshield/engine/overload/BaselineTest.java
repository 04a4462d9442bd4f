package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.SECOND;
import static dev.flowshield.engine.overload.Windows.alike;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The latency of work that waits for nothing. */
class BaselineTest {

  private final Baseline baseline = new Baseline();
  private long now = 100 * SECOND;

  private void warm(long latency) {
    if (baseline.latency() == 0) {
      baseline.begin((double) latency, now);
    }
    while (!baseline.isWarm(now)) {
      baseline.warmUp(alike(100, latency, 1), now);
      now += SECOND / 10;
    }
  }

  private void learn(long latency, int seconds) {
    for (int i = 0; i < seconds * 10; i++) {
      baseline.learn(alike(100, latency, 1), now);
      now += SECOND / 10;
    }
  }

  @Test
  void isUnknownAtFirst() {
    assertThat(baseline.latency()).isZero();
    assertThat(baseline.isWarm(now)).isFalse();
  }

  @Test
  void isWarmAfterASecondOrFiveTimesAsLongAsTheWorkTakes() {
    baseline.begin(1000, now);
    assertThat(baseline.isWarm(now + SECOND - 1)).isFalse();
    assertThat(baseline.isWarm(now + SECOND)).isTrue();

    Baseline ofLongWork = new Baseline();
    ofLongWork.begin((double) SECOND / Window.NANOS_PER_TICK, now);
    assertThat(ofLongWork.isWarm(now + 4 * SECOND)).isFalse();
    assertThat(ofLongWork.isWarm(now + 5 * SECOND)).isTrue();
  }

  @Test
  void forgetsTheFirstWindowInWhichOnlyShortWorkHasEnded() {
    baseline.begin(100, now);
    warm(1000);

    assertThat(baseline.latency()).isBetween(900.0, 1000.0);
  }

  @Test
  void followsLatenciesDownAtOnce() {
    warm(1000);
    learn(1000, 5);
    learn(400, 5);

    assertThat(baseline.latency()).isCloseTo(400, within(1.0));
  }

  @Test
  void risesByAHalfInTwoMinutesAtMost() {
    warm(1000);
    learn(1000, 5);
    learn(10_000, 100);
    assertThat(baseline.latency()).isCloseTo(1500, within(1.0));

    learn(10_000, 30);
    assertThat(baseline.latency()).as("what was lowest is two minutes ago").isGreaterThan(1600);
  }

  @Test
  void isTheSameByAClockBelowZero() {
    now = -1_000 * SECOND;
    risesByAHalfInTwoMinutesAtMost();

    baseline.raise(3000);
    assertThat(baseline.latency()).isGreaterThan(1600);
  }

  @Test
  void risesAtOnceWhereTheWorkItselfTakesLonger() {
    warm(1000);
    learn(1000, 5);

    for (int i = 0; i < 10; i++) {
      baseline.raise(3000);
    }
    assertThat(baseline.latency()).isCloseTo(3000, within(5.0));
    learn(3000, 1);
    assertThat(baseline.latency()).as("the lower ones are forgotten").isGreaterThan(2900);
  }
}

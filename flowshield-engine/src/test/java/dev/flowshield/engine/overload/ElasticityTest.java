package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.alike;
import static dev.flowshield.engine.overload.Windows.both;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Whether latency depends on what is in flight. */
class ElasticityTest {

  private final Elasticity elasticity = new Elasticity();

  @Test
  void isNotLowWhereWorkWaitsForWork() {
    add(both(alike(100, 1000, 10), alike(100, 2000, 20)));

    assertThat(elasticity.value()).isCloseTo(1, within(0.01));
    assertThat(elasticity.isHigh(0.4, 3)).isTrue();
    assertThat(elasticity.isLow(0.3, 1500)).isFalse();
    assertThat(elasticity.isLow(1.1, 1500)).isTrue();
  }

  @Test
  void isLowWhereWorkIsSlowByItself() {
    add(both(alike(100, 1500, 10), alike(100, 1500, 20)));

    assertThat(elasticity.isLow(0.3, 1500)).isTrue();
    assertThat(elasticity.isLow(0.3, 15_000))
        .as("of what takes ten times as long")
        .isFalse();
    assertThat(elasticity.isHigh(0.4, 3)).isFalse();
  }

  @Test
  void isNotKnownWhereAsMuchIsInFlightAllTheTime() {
    add(alike(200, 1500, 10));

    assertThat(elasticity.isLow(0.3, 1500)).isFalse();
    assertThat(elasticity.isHigh(0, 0)).isFalse();
  }

  @Test
  void isNotKnownFromFew() {
    elasticity.add(both(alike(2, 100, 10), alike(2, 1500, 12)));

    assertThat(elasticity.isLow(10, 1)).isFalse();
    assertThat(elasticity.isHigh(0, 0)).isFalse();
  }

  @Test
  void isNotKnownAtFirst() {
    assertThat(elasticity.isLow(10, 1)).isFalse();
    assertThat(elasticity.isHigh(0, 0)).isFalse();
  }

  @Test
  void countsNoDifferencesBetweenSpans() {
    for (int i = 1; i <= 10; i++) { // more is in flight as work becomes slower by itself
      elasticity.add(both(alike(100, 1000L * i, 9L * i), alike(100, 1000L * i, 11L * i)));
    }

    assertThat(elasticity.isHigh(0.4, 3)).isFalse();
    assertThat(elasticity.value()).isCloseTo(0, within(0.01));
  }

  @Test
  void canBeThatOfOneShortWindow() {
    Window queued = both(alike(20, 1000, 10), alike(20, 2000, 20));

    assertThat(Elasticity.of(queued).isHigh(0.4, 3)).isTrue();
    assertThat(Elasticity.of(both(alike(20, 1500, 10), alike(20, 1500, 20))).isHigh(0.4, 3))
        .isFalse();
    assertThat(Elasticity.of(alike(0, 0, 0)).isHigh(0, 0)).isFalse();
  }

  @Test
  void isNotKnownOnceItIsForgotten() {
    add(both(alike(100, 1000, 10), alike(100, 2000, 20)));
    elasticity.forget();

    assertThat(elasticity.isHigh(0, 0)).isFalse();
  }

  private void add(Window window) {
    for (int i = 0; i < 10; i++) {
      elasticity.add(window);
    }
  }
}

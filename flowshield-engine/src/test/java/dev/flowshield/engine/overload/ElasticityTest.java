package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.alike;
import static dev.flowshield.engine.overload.Windows.both;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whether latency depends on what is in flight. */
class ElasticityTest {

  private final Elasticity elasticity = new Elasticity();

  @Test
  void isNotLowWhereWorkWaitsForWork() {
    add(both(alike(100, 1000, 10), alike(100, 2000, 20)));

    assertThat(elasticity.isLow(0.3)).isFalse();
    assertThat(elasticity.isLow(1.1)).isTrue();
  }

  @Test
  void isLowWhereWorkIsSlowByItself() {
    add(both(alike(100, 1500, 10), alike(100, 1500, 20)));

    assertThat(elasticity.isLow(0.3)).isTrue();
  }

  @Test
  void isNotKnownWhereAsMuchIsInFlightAllTheTime() {
    add(alike(200, 1500, 10));

    assertThat(elasticity.isLow(0.3)).isFalse();
  }

  @Test
  void isNotKnownFromFew() {
    elasticity.add(both(alike(2, 100, 10), alike(2, 1500, 12)));

    assertThat(elasticity.isLow(10)).isFalse();
  }

  @Test
  void isNotKnownAtFirst() {
    assertThat(elasticity.isLow(10)).isFalse();
  }

  private void add(Window window) {
    for (int i = 0; i < 10; i++) {
      elasticity.add(window);
    }
  }
}

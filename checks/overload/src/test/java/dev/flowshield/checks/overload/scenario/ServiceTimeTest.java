package dev.flowshield.checks.overload.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceTimeTest {

  static List<ServiceTime> all() {
    return List.of(
        Times.constant(10), Times.exponential(10), Times.bimodal(10), Times.lognormal(10));
  }

  @ParameterizedTest
  @MethodSource("all")
  void isAFactorAsLongForEachRequest(ServiceTime time) {
    ServiceTime longer = time.times(7);

    assertThat(longer.mean()).isCloseTo(7 * time.mean(), within(1.));
    for (double u = .05; u < 1; u += .1) {
      assertThat(longer.route(u)).isEqualTo(time.route(u));
      double nanos = time.nanos(time.route(u), u, .3);
      assertThat(longer.nanos(time.route(u), u, .3)).isCloseTo(7 * nanos, within(1.));
    }
  }
}

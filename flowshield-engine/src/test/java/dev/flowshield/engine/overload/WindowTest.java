package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.alike;
import static dev.flowshield.engine.overload.Windows.both;
import static dev.flowshield.engine.overload.Windows.rejecting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What is read from the sums of a window. */
class WindowTest {

  @Test
  void hasTheMeansOfItsWork() {
    Window window = both(alike(10, 100, 4), alike(30, 300, 8));

    assertThat(window.latency()).isEqualTo(250);
    assertThat(window.inFlight()).isEqualTo(7);
    assertThat(window.throughput() * 2 * Windows.TENTH / Window.NANOS_PER_TICK)
        .isCloseTo(40, within(1e-9));
  }

  @Test
  void knowsHowMuchLatenciesVary() {
    assertThat(alike(10, 100, 1).variation()).isZero();
    assertThat(both(alike(10, 100, 1), alike(10, 300, 1)).variation())
        .isCloseTo(0.25, within(1e-9));
    assertThat(both(alike(100_000, 1, 1), alike(1, 100_000_000, 1)).variation())
        .as("a few that take very long")
        .isEqualTo(40);
  }

  @Test
  void hasNoVariationBelowZeroNorWithoutLatency() {
    assertThat(alike(10, 0, 1).variation()).isZero();
    long sum = 1_000_000_007L;
    long squares = 333_333_338_000_000_015L;
    assertThat(new Window(1, 3, 0, 3, sum, sum, squares, 3, 3, 3, 1, 3, 0, 3).variation())
        .isNotNegative();
  }

  @Test
  void takesLatenciesInRelationToWhatItsRoutesTake() {
    Window window = new Window(1, 4, 0, 4, 1_000, 0, 0, 4, 4, 0, 1, 2.5, 3, 4);

    assertThat(window.latency()).as("of work of weight one").isEqualTo(400);
    assertThat(window.meanLatency()).isEqualTo(250);
    assertThat(window.variation()).as("all take what their routes take").isZero();
    assertThat(window.ended()).as("of unknown routes too").isEqualTo(7);
  }

  @Test
  void knowsThePartThatWasRejected() {
    assertThat(rejecting(30, 10, 100, 1).rejectedShare()).isEqualTo(0.75);
    assertThat(alike(10, 100, 1).rejectedShare()).isZero();
    assertThat(alike(0, 100, 1).rejectedShare()).isZero();
  }
}

package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Pressure;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** A shield that finds its cap in flight by itself. */
class FlowShieldInFlightAutoTest {

  private static final Duration TENTH_OF_MILLI = Duration.ofNanos(100_000);

  private final ManualTicker ticker = ManualTicker.atZero();
  private final FlowShield shield =
      FlowShield.builder().inFlightAuto().ticker(ticker).build();
  private final Deque<Admitted> running = new ArrayDeque<>();
  private int rejected;

  /** A server that ends a piece of work each millisecond; {@code load} requests come meanwhile. */
  private void serve(int load, int millis) {
    for (int i = 0; i < millis; i++) {
      for (int k = 0; k < 10; k++) {
        ticker.advance(TENTH_OF_MILLI);
        if (k < load) {
          Admission admission = shield.admit("alice");
          if (admission instanceof Admitted admitted) {
            running.add(admitted);
          } else {
            rejected++;
          }
        }
      }
      if (!running.isEmpty()) {
        running.remove().close();
      }
    }
  }

  @Test
  void shedsWhatTheServerCannotDoAndNothingElse() {
    serve(1, 3_000);
    assertThat(rejected).isZero();

    serve(10, 3_000);

    assertThat(shield.inFlightLimit()).isBetween(2, 6);
    assertThat(running).hasSizeLessThanOrEqualTo(6);
    assertThat(shield.stats().shed()).isEqualTo(rejected);
    assertThat(rejected).isGreaterThan(26_000);

    rejected = 0;
    serve(1, 3_000);
    assertThat(rejected).isLessThan(10);
  }

  @Test
  void hasNoPlaceInFlightWhenAllHasEnded() {
    serve(10, 1_000);
    running.forEach(Admitted::close);

    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void canBeGivenANumberForAWhile() {
    serve(1, 3_000);
    shield.changeInFlight(1);
    assertThat(shield.isInFlightAuto()).isFalse();
    assertThat(shield.stats().overload().orElseThrow().explanation())
        .isEqualTo("1: set by changeInFlight");
    Admission first = shield.admit("alice");
    assertThat(shield.admit("bob")).isInstanceOf(Shed.class);
    ((Admitted) first).close();

    shield.changeInFlightAuto();
    assertThat(shield.isInFlightAuto()).isTrue();
    serve(1, 3_000);
    assertThat(shield.inFlightLimit()).isGreaterThan(1);
    assertThatThrownBy(() -> shield.changeInFlight(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cannotFindACapThatItWasBuiltWith() {
    FlowShield fixed = FlowShield.builder().inFlight(5).build();

    assertThat(fixed.isInFlightAuto()).isFalse();
    assertThat(fixed.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(fixed.stats().overload()).isEmpty();
    assertThatThrownBy(fixed::changeInFlightAuto)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("a shield must be built with inFlightAuto() to find its cap by itself, got one"
            + " with a number or without a cap: build it with that");
  }

  @Test
  void standsInPlaceOfAnyOtherCapThatWasSet() {
    FlowShieldBuilder builder = FlowShield.builder().inFlight(3).inFlightAuto();
    assertThat(builder.build().inFlightLimit()).isEqualTo(1000);
    assertThat(builder.inFlight(5).build().inFlightLimit()).isEqualTo(5);
    assertThat(builder.shadowInFlight(6).build().inFlightLimit()).isEqualTo(6);
  }
}

package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gate that finds its limit. */
class AdaptiveGateTest {

  private static final long MILLI = 1_000_000;

  private long now = Long.MAX_VALUE - SECOND; // the clock wraps around meanwhile
  private final AdaptiveGate gate = new AdaptiveGate(2, now);

  /** Work of ten milliseconds, so many at a time, each begun when another has ended. */
  private void work(int atATime, int seconds) {
    Deque<long[]> running = new ArrayDeque<>(); // place, end
    for (int i = 0; i < atATime; i++) {
      running.add(new long[] {gate.tryEnter(1, now), now + 10 * MILLI + i * MILLI / 10});
    }
    long end = now + seconds * SECOND;
    while (now - end < 0) {
      long[] next = running.remove();
      now = next[1];
      gate.exit(next[0], Outcome.SUCCESS, now);
      running.add(new long[] {gate.tryEnter(1, now), now + 10 * MILLI});
    }
    running.forEach(each -> gate.exit(each[0], Outcome.SUCCESS, now));
  }

  @Test
  void capsAtAThousandUntilItKnowsMore() {
    List<Long> places =
        LongStream.range(0, 1001).map(i -> gate.tryEnter(i, now)).boxed().toList();

    assertThat(places).filteredOn(place -> place != Gate.NO_PLACE).hasSize(1000);
    assertThat(places).allMatch(place -> place <= Gate.LARGEST_PLACE);
    assertThat(gate.count()).isEqualTo(1000);
    assertThat(gate.limit()).isEqualTo(1000);
    assertThat(gate.isBeyondLimit(places.get(0))).isFalse();
  }

  @Test
  void learnsFromWorkThatEnds() {
    work(8, 5);

    assertThat(gate.baselineNanos()).isBetween(9 * MILLI, 11 * MILLI);
    assertThat(gate.limit()).isBetween(17, 40);
    assertThat(gate.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(gate.count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FAILED", "IGNORED"})
  void learnsNothingFromWorkThatFailedOrLeft(Outcome outcome) {
    for (int i = 0; i < 10_000; i++) {
      gate.exit(gate.tryEnter(1, now), outcome, outcome == Outcome.IGNORED ? 0 : now);
      now += MILLI;
    }

    assertThat(gate.limit()).isEqualTo(1000);
    assertThat(gate.baselineNanos()).isZero();
    assertThat(gate.count()).isZero();
  }

  @Test
  void getsBackAPlaceOfWhichTheNumberWasLost() {
    gate.tryEnter(1, now);
    gate.exitLost();

    assertThat(gate.count()).isZero();
  }

  @Test
  void takesNoClockThatStepsBackForALongWait() {
    work(8, 5);
    long baseline = gate.baselineNanos();
    for (int i = 0; i < 1_000; i++) {
      gate.exit(gate.tryEnter(1, now), Outcome.SUCCESS, now - SECOND);
      now += MILLI;
    }

    assertThat(gate.baselineNanos()).isEqualTo(baseline);
  }

  @Test
  void readsTheClockAndFindsItsLimitAlone() {
    assertThat(gate.readsTime()).isTrue();
    assertThatThrownBy(() -> gate.limit(7))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("inFlight must be a number to be changed, got a cap that the shield finds by"
            + " itself: build it with inFlight(7)");
  }
}

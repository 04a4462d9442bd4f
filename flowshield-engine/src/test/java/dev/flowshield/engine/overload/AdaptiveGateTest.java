package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.Reading.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
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
      running.add(
          new long[] {gate.tryEnter(1, Criticality.DEFAULT, now), now + 10 * MILLI + i * MILLI / 10
          });
    }
    long end = now + seconds * SECOND;
    while (now - end < 0) {
      long[] next = running.remove();
      now = next[1];
      gate.exit(next[0], Outcome.SUCCESS, now);
      running.add(new long[] {gate.tryEnter(1, Criticality.DEFAULT, now), now + 10 * MILLI});
    }
    running.forEach(each -> gate.exit(each[0], Outcome.SUCCESS, now));
  }

  @Test
  void capsAtAThousandUntilItKnowsMore() {
    List<Long> places = LongStream.range(0, 1001)
        .map(i -> gate.tryEnter(i, Criticality.DEFAULT, now))
        .boxed()
        .toList();

    assertThat(places).filteredOn(place -> place != Gate.NO_PLACE).hasSize(1000);
    assertThat(places).allMatch(place -> place <= Gate.LARGEST_PLACE);
    assertThat(gate.count()).isEqualTo(1000);
    assertThat(gate.limit()).isEqualTo(1000);
    assertThat(gate.isBeyondLimit(places.get(0))).isFalse();
  }

  @Test
  void learnsFromWorkThatEnds() {
    work(8, 5);

    assertThat(gate.reading().latencyNanos()).isBetween(9 * MILLI, 11 * MILLI);
    assertThat(gate.limit()).isBetween(17, 40);
    assertThat(gate.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(gate.count()).isZero();
  }

  @Test
  void isPressedWhereNoWorkEndsAndRequestsAreRejected() {
    comeForMillis(1_300);
    assertThat(gate.pressure()).as("a fifth was rejected").isEqualTo(Pressure.NORMAL);

    comeForMillis(200);

    assertThat(gate.pressure()).as("a third was").isEqualTo(Pressure.EXTREME);
    assertThat(gate.limit()).as("nothing was learned of it").isEqualTo(1000);
  }

  private void comeForMillis(int millis) {
    for (int i = 0; i < millis; i++) {
      gate.tryEnter(1, Criticality.DEFAULT, now);
      now += MILLI;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FAILED", "IGNORED"})
  void learnsNothingFromWorkThatFailedOrLeft(Outcome outcome) {
    for (int i = 0; i < 10_000; i++) {
      gate.exit(
          gate.tryEnter(1, Criticality.DEFAULT, now),
          outcome,
          outcome == Outcome.IGNORED ? 0 : now);
      now += MILLI;
    }

    assertThat(gate.limit()).isEqualTo(1000);
    assertThat(gate.reading().latencyNanos()).isZero();
    assertThat(gate.count()).isZero();
  }

  @Test
  void admitsLessAndNothingThatCanBeShedWhereMemoryIsShort() {
    List<Pressure> told = new ArrayList<>();
    long begin = now;
    AdaptiveGate guarded = new AdaptiveGate(
        2,
        now,
        false,
        told::add,
        new MemoryShortage(() -> 0.9, () -> (now - begin) / 2, now)); // collecting half of the time
    for (int i = 0; i < 40; i++) {
      guarded.tryEnter(1, Criticality.DEFAULT, now);
    }
    for (int i = 0; i < 40; i++) {
      now += 100 * MILLI;
      guarded.exit(guarded.tryEnter(1, Criticality.DEFAULT, now), Outcome.FAILED, now);
      if (guarded.reading().reason() == Reason.MEMORY) {
        break;
      }
    }

    assertThat(now - begin).as("two looks").isBetween(SECOND, SECOND + 200 * MILLI);
    assertThat(guarded.limit()).isEqualTo(5); // of the 41 in flight
    assertThat(guarded.reading().caps())
        .containsEntry(Criticality.SHEDDABLE, 0)
        .containsEntry(Criticality.DEFAULT, 5)
        .containsEntry(Criticality.CRITICAL, 5);
    assertThat(told).containsExactly(Pressure.ELEVATED);
    assertThat(guarded.tryEnter(1, Criticality.CRITICAL, now)).isEqualTo(Gate.NO_PLACE);
    for (int i = 0; i < 40; i++) {
      guarded.exitLost();
    }
    assertThat(guarded.tryEnter(1, Criticality.SHEDDABLE, now)).isEqualTo(Gate.NO_PLACE);
    assertThat(guarded.tryEnter(1, Criticality.DEFAULT, now)).isNotEqualTo(Gate.NO_PLACE);
  }

  @Test
  void getsBackAPlaceOfWhichTheNumberWasLost() {
    gate.tryEnter(1, Criticality.DEFAULT, now);
    gate.exitLost();

    assertThat(gate.count()).isZero();
  }

  @Test
  void takesNoClockThatStepsBackForALongWait() {
    work(8, 5);
    long baseline = gate.reading().latencyNanos();
    for (int i = 0; i < 1_000; i++) {
      gate.exit(gate.tryEnter(1, Criticality.DEFAULT, now), Outcome.SUCCESS, now - SECOND);
      now += MILLI;
    }

    assertThat(gate.reading().latencyNanos()).isEqualTo(baseline);
  }

  @Test
  void keepsToANumberUntilItIsToFindItAgain() {
    work(8, 5);
    int found = gate.limit();
    assertThat(gate.findsLimit()).isTrue();

    gate.limit(3);
    assertThat(gate.findsLimit()).isFalse();
    work(3, 5);
    assertThat(gate.limit()).isEqualTo(3);
    assertThat(gate.reading().reason()).isEqualTo(Reason.SET);
    assertThat(gate.reading().caps()).containsOnlyKeys(Criticality.values()).containsValue(3);
    List<Long> places = Stream.generate(() -> gate.tryEnter(1, Criticality.CRITICAL, now))
        .limit(4)
        .toList();
    assertThat(places).last().isEqualTo(Gate.NO_PLACE);
    assertThat(places.subList(0, 3)).doesNotContain(Gate.NO_PLACE);
    places.subList(0, 3).forEach(place -> gate.exit(place, Outcome.IGNORED, 0));

    gate.findLimit();
    work(8, 5);
    assertThat(gate.findsLimit()).isTrue();
    assertThat(gate.limit()).isBetween(17, Math.max(found, 40));
    assertThat(gate.reading().reason()).isEqualTo(Reason.HARMLESS);
  }

  @Test
  void inShadowAdmitsAllAndMarksWhatItWouldReject() {
    AdaptiveGate shadow = new AdaptiveGate(2, now, true, pressure -> {}, MemoryShortage.unseen());
    shadow.limit(2);

    List<Long> places = Stream.generate(() -> shadow.tryEnter(7, Criticality.DEFAULT, now))
        .limit(4)
        .toList();

    assertThat(places).doesNotContain(Gate.NO_PLACE).allMatch(each -> each <= Gate.LARGEST_PLACE);
    assertThat(places.stream().map(shadow::isBeyondLimit))
        .containsExactly(false, false, true, true);
    assertThat(shadow.count()).isEqualTo(4);
    assertThat(shadow.hasPlace()).isTrue();

    places.forEach(place -> shadow.exit(place, Outcome.SUCCESS, now));
    assertThat(shadow.count()).isZero();
    assertThat(shadow.isBeyondLimit(shadow.tryEnter(7, Criticality.DEFAULT, now)))
        .isFalse();
  }

  /** G3, where the listener breaks its promise. */
  @Test
  void goesOnEndingWindowsAfterAListenerThatThrows() {
    List<Pressure> told = new ArrayList<>();
    Consumer<Pressure> listener = pressure -> {
      told.add(pressure);
      throw new IllegalStateException("fails");
    };
    AdaptiveGate failing = new AdaptiveGate(2, now, false, listener, MemoryShortage.unseen());
    failing.limit(1);
    workAt(failing, 1, 500);
    assertThat(told).containsExactly(Pressure.EXTREME);

    workAt(failing, 0, 10_000);

    assertThat(told).containsExactly(Pressure.EXTREME, Pressure.ELEVATED, Pressure.NORMAL);
    assertThat(failing.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(failing.count()).isZero();
  }

  /** Work of a millisecond each, one at a time; beside it, requests that find no place. */
  private void workAt(AdaptiveGate failing, int rejected, int times) {
    for (int i = 0; i < times; i++) {
      long place = failing.tryEnter(1, Criticality.DEFAULT, now);
      now += MILLI;
      try {
        for (int k = 0; k < rejected; k++) {
          assertThat(failing.tryEnter(1, Criticality.DEFAULT, now)).isEqualTo(Gate.NO_PLACE);
        }
        failing.exit(place, Outcome.SUCCESS, now);
      } catch (IllegalStateException expected) {
        failing.exitLost(); // as the shield does
      }
    }
  }

  @Test
  void readsTheClockAndFindsItsLimitByItself() {
    assertThat(gate.readsTime()).isTrue();
    assertThat(gate.canFindLimit()).isTrue();
    assertThat(gate.hasPlace()).isTrue();
    gate.limit(1);
    gate.tryEnter(1, Criticality.DEFAULT, now);
    assertThat(gate.hasPlace()).isFalse();
  }
}

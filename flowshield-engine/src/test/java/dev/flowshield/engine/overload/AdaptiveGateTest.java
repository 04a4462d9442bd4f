package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.MILLI;
import static dev.flowshield.engine.overload.Windows.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.LimiterState.LimitCause;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gate that finds its limit. */
class AdaptiveGateTest {

  private static final int NONE = 10_000; // a limit that is none

  private long now = Long.MAX_VALUE - SECOND; // the clock wraps around meanwhile
  private final AdaptiveGate gate = new AdaptiveGate(2, now);
  private final Deque<Long> inOrder = new ArrayDeque<>(); // slots of what a server works on
  private int rejected;

  /** Work of ten milliseconds, so many at a time, each begun when another has ended. */
  private void work(int atATime, int seconds) {
    Deque<long[]> running = new ArrayDeque<>(); // slot, end
    for (int i = 0; i < atATime; i++) {
      running.add(new long[] {
        gate.tryEnter(1, Criticality.DEFAULT, 0, now), now + 10 * MILLI + i * MILLI / 10
      });
    }
    long end = now + seconds * SECOND;
    while (now - end < 0) {
      long[] next = running.remove();
      now = next[1];
      gate.exit(next[0], Outcome.SUCCESS, now);
      running.add(new long[] {gate.tryEnter(1, Criticality.DEFAULT, 0, now), now + 10 * MILLI});
    }
    running.forEach(each -> gate.exit(each[0], Outcome.SUCCESS, now));
  }

  /** A server that ends a piece of work each millisecond, in the order in which they came. */
  private void serve(AdaptiveGate served, int perMilli, int millis) {
    for (int i = 0; i < millis; i++) {
      now += MILLI;
      for (int k = 0; k < perMilli; k++) {
        long slot = served.tryEnter(1, Criticality.DEFAULT, 0, now);
        if (slot == Gate.NO_SLOT) {
          rejected++;
        } else {
          inOrder.add(slot);
        }
      }
      if (i % 2 == 0 || perMilli > 1) { // half of the time it is idle
        exitNext(served);
      }
    }
  }

  private void exitNext(AdaptiveGate served) {
    if (!inOrder.isEmpty()) {
      served.exit(inOrder.remove(), Outcome.SUCCESS, now);
    }
  }

  /** Half of what a server can do, and then ten times that. */
  private void overload(AdaptiveGate served) {
    for (int i = 0; i < 3_000; i++) {
      serve(served, i % 2, 1);
      exitNext(served);
    }
    assertThat(rejected).isZero();
    serve(served, 10, 2_000);
  }

  @Test
  void rejectsNothingUntilItKnowsMore() {
    List<Long> slots = LongStream.range(0, 10_001)
        .map(i -> gate.tryEnter(i, Criticality.DEFAULT, 0, now))
        .boxed()
        .toList();

    assertThat(slots).filteredOn(slot -> slot != Gate.NO_SLOT).hasSize(NONE);
    assertThat(slots).allMatch(slot -> slot <= Gate.LARGEST_SLOT);
    assertThat(gate.count()).isEqualTo(NONE);
    assertThat(gate.limit()).isEqualTo(NONE);
    assertThat(gate.isBeyondLimit(slots.get(0))).isFalse();
    assertThat(gate.reading().reason()).isEqualTo(LimitCause.NO_EVIDENCE);
  }

  @Test
  void capsAtAFewHundredUntilItKnowsMoreWhereItSeesProcessors() {
    AdaptiveGate seeing = seeing(() -> 0);
    assertThat(seeing.limit()).isEqualTo(1_000);

    serve(seeing, 5, 1_000); // which are not busy
    assertThat(rejected).isZero();
  }

  @Test
  void hasNoCapAsSoonAsItIsKnownWhatWorkTakes() {
    AdaptiveGate seeing = seeing(() -> 0);
    List<Long> slots = Stream.generate(() -> seeing.tryEnter(1, Criticality.DEFAULT, 0, now))
        .limit(8)
        .toList();
    now += 60 * MILLI;
    slots.forEach(slot -> seeing.exit(slot, Outcome.SUCCESS, now));
    now += MILLI;
    seeing.exit(seeing.tryEnter(1, Criticality.DEFAULT, 0, now - MILLI), Outcome.SUCCESS, now);

    assertThat(seeing.limit()).isEqualTo(NONE);
    assertThat(seeing.reading().reason()).isEqualTo(LimitCause.NO_OVERLOAD);
  }

  private AdaptiveGate seeing(LongSupplier usedNanos) {
    return new AdaptiveGate(
        2,
        now,
        false,
        pressure -> {},
        MemoryShortage.unseen(),
        new Processors(usedNanos, 1),
        false);
  }

  @Test
  void learnsFromWorkThatEndsAndRejectsNothing() {
    work(8, 5);

    assertThat(gate.reading().latencyNanos()).isBetween(9 * MILLI, 11 * MILLI);
    assertThat(gate.limit()).isEqualTo(NONE);
    assertThat(gate.reading().harmless()).isBetween(6, 8);
    assertThat(gate.reading().reason()).isEqualTo(LimitCause.NO_OVERLOAD);
    assertThat(gate.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(gate.count()).isZero();
  }

  @Test
  void rejectsWhatIsMoreThanTheServerEnds() {
    overload(gate);

    assertThat(gate.limit()).isBetween(2, 8);
    assertThat(gate.pressure()).isEqualTo(Pressure.EXTREME);
    assertThat(gate.reading().reason()).isEqualTo(LimitCause.PLATEAU);
    assertThat(rejected).isBetween(15_000, 18_100);
    assertThat(inOrder).hasSizeLessThanOrEqualTo(8);
    assertThat(gate.count()).isEqualTo(inOrder.size());
  }

  @Test
  void rejectsAFloodOfARouteOfWhichNothingIsKnown() {
    work(8, 5);
    for (int i = 0; i < 1_000; i++) {
      now += MILLI;
      for (int k = 0; k < 10; k++) {
        long slot = gate.tryEnter(1, Criticality.DEFAULT, 7, now);
        if (slot != Gate.NO_SLOT) {
          inOrder.add(slot);
        }
      }
      exitNext(gate);
    }

    assertThat(gate.reading().reason()).isEqualTo(LimitCause.PLATEAU);
    assertThat(gate.limit()).isLessThan(200);
  }

  @Test
  void isPressedHardOnceMoreWhereNoWorkEndsAndRequestsAreRejected() {
    overload(gate);
    int limit = gate.limit();
    for (int i = 0; i < 1_500; i++) { // little comes
      serve(gate, i % 2, 1);
      exitNext(gate);
    }
    assertThat(gate.pressure()).isEqualTo(Pressure.ELEVATED);

    comeForMillis(2_500);

    assertThat(gate.pressure()).isEqualTo(Pressure.EXTREME);
    assertThat(gate.limit()).as("nothing was learned of it").isLessThan(limit + 20);
  }

  @Test
  void isNotPressedWhereNoWorkEndsAndNothingIsRejected() {
    work(8, 5);
    comeForMillis(5_000);

    assertThat(gate.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(gate.limit()).isEqualTo(NONE);
    assertThat(gate.count()).isEqualTo(5_000);
  }

  private void comeForMillis(int millis) {
    for (int i = 0; i < millis; i++) {
      gate.tryEnter(1, Criticality.DEFAULT, 0, now);
      now += MILLI;
    }
  }

  /** Work of a millisecond comes now and then, while other work waits: how much is rejected. */
  private int rejectedWhileOthersWait(int everyMillis, int times) {
    int none = 0;
    for (int i = 0; i < times; i++) {
      for (int k = 0; k < everyMillis; k++) {
        now += MILLI;
        gate.reportQueueDelay(SECOND, now);
      }
      long slot = gate.tryEnter(1, Criticality.DEFAULT, 0, now);
      if (slot == Gate.NO_SLOT) {
        none++;
      } else {
        gate.exit(slot, Outcome.SUCCESS, now + MILLI);
      }
    }
    return none;
  }

  @Test
  void rejectsForAWaitInFront() {
    work(8, 1);

    assertThat(rejectedWhileOthersWait(10, 200)).isEqualTo(200);
    assertThat(gate.reading().reason()).isEqualTo(LimitCause.QUEUE_IN_FRONT);
  }

  @Test
  void rejectsNothingForAWaitOnceASecondShowsThatOnlyWorkThatDoesNotEndHoldsSlots() {
    work(8, 1);
    comeForMillis(100);
    rejectedWhileOthersWait(10, 120);

    assertThat(rejectedWhileOthersWait(10, 200)).isZero();
    assertThat(gate.count()).isEqualTo(100);
    assertThat(gate.reading().reason()).isEqualTo(LimitCause.NO_OVERLOAD);
  }

  @Test
  void rejectsForAWaitBesideWorkThatDoesNotEndIfOtherWorkTakesAPlaceAllTheTime() {
    work(8, 1);
    comeForMillis(100);
    for (int i = 0; i < 2_000; i++) {
      long slot = gate.tryEnter(1, Criticality.DEFAULT, 0, now);
      now += MILLI;
      gate.exit(slot, Outcome.SUCCESS, now);
    }

    assertThat(rejectedWhileOthersWait(10, 80)).isEqualTo(80);
  }

  /**
   * Work of a millisecond comes fifty times a second, and ten times a second a client gives up one
   * of its downloads and asks anew: how much of that work is rejected.
   */
  private int rejectedBesideDownloads(Deque<Long> downloads, int millis) {
    int none = 0;
    for (int i = 0; i < millis; i++) {
      now += MILLI;
      if (i % 100 == 0) {
        gate.exit(downloads.remove(), Outcome.IGNORED, 0);
        comeForMillis(1, downloads);
      }
      if (i % 20 == 0) {
        long slot = gate.tryEnter(2, Criticality.DEFAULT, 0, now);
        none += slot == Gate.NO_SLOT ? 1 : 0;
        now += MILLI;
        if (slot != Gate.NO_SLOT) {
          gate.exit(slot, Outcome.SUCCESS, now);
        }
      }
    }
    return none;
  }

  private void comeForMillis(int millis, Deque<Long> slots) {
    for (int i = 0; i < millis; i++) {
      long slot = gate.tryEnter(1, Criticality.DEFAULT, 0, now);
      if (slot != Gate.NO_SLOT) {
        slots.add(slot);
      }
    }
  }

  @Test
  void rejectsNothingTwoSecondsAfterAWaitInFrontBesideDownloadsThatAreGivenUp() {
    work(1, 1);
    Deque<Long> downloads = new ArrayDeque<>();
    comeForMillis(100, downloads);
    assertThat(rejectedBesideDownloads(downloads, 3_000)).isZero();

    assertThat(rejectedWhileOthersWait(10, 50)).isGreaterThan(40);
    gate.reportQueueDelay(0, now);
    rejectedBesideDownloads(downloads, 2_000);

    assertThat(rejectedBesideDownloads(downloads, 3_000)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FAILED", "IGNORED"})
  void learnsNothingFromWorkThatFailedOrLeft(Outcome outcome) {
    for (int i = 0; i < 10_000; i++) {
      gate.exit(
          gate.tryEnter(1, Criticality.DEFAULT, 0, now),
          outcome,
          outcome == Outcome.IGNORED ? 0 : now);
      now += MILLI;
    }

    assertThat(gate.limit()).isEqualTo(NONE);
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
        new MemoryShortage(() -> 0.9, () -> (now - begin) / 2, now), // collecting half of the time
        Processors.unseen(),
        false);
    for (int i = 0; i < 40; i++) {
      guarded.tryEnter(1, Criticality.DEFAULT, 0, now);
    }
    for (int i = 0; i < 40; i++) {
      now += 100 * MILLI;
      guarded.exit(guarded.tryEnter(1, Criticality.DEFAULT, 0, now), Outcome.FAILED, now);
      if (guarded.reading().reason() == LimitCause.MEMORY) {
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
    assertThat(guarded.tryEnter(1, Criticality.CRITICAL, 0, now)).isEqualTo(Gate.NO_SLOT);
    for (int i = 0; i < 40; i++) {
      guarded.release(0);
    }
    assertThat(guarded.tryEnter(1, Criticality.SHEDDABLE, 0, now)).isEqualTo(Gate.NO_SLOT);
    assertThat(guarded.tryEnter(1, Criticality.DEFAULT, 0, now)).isNotEqualTo(Gate.NO_SLOT);
  }

  @Test
  void takesNoClockThatStepsBackForALongWait() {
    work(8, 5);
    long baseline = gate.reading().latencyNanos();
    for (int i = 0; i < 1_000; i++) {
      gate.exit(gate.tryEnter(1, Criticality.DEFAULT, 0, now), Outcome.SUCCESS, now - SECOND);
      now += MILLI;
    }

    assertThat(gate.reading().latencyNanos()).isEqualTo(baseline);
  }

  @Test
  void keepsToANumberUntilItIsToFindItAgain() {
    work(8, 5);
    assertThat(gate.findsLimit()).isTrue();

    gate.limit(3);
    assertThat(gate.findsLimit()).isFalse();
    work(3, 5);
    assertThat(gate.limit()).isEqualTo(3);
    assertThat(gate.reading().reason()).isEqualTo(LimitCause.SET);
    assertThat(gate.reading().caps()).containsOnlyKeys(Criticality.values()).containsValue(3);
    List<Long> slots = Stream.generate(() -> gate.tryEnter(1, Criticality.CRITICAL, 0, now))
        .limit(4)
        .toList();
    assertThat(slots).last().isEqualTo(Gate.NO_SLOT);
    assertThat(slots.subList(0, 3)).doesNotContain(Gate.NO_SLOT);
    slots.subList(0, 3).forEach(slot -> gate.exit(slot, Outcome.IGNORED, 0));

    gate.findLimit();
    work(8, 5);
    assertThat(gate.findsLimit()).isTrue();
    assertThat(gate.limit()).isEqualTo(NONE);
    assertThat(gate.reading().reason()).isEqualTo(LimitCause.NO_OVERLOAD);
  }

  @Test
  void inShadowAdmitsAllAndMarksWhatItWouldReject() {
    AdaptiveGate shadow = new AdaptiveGate(
        2, now, true, pressure -> {}, MemoryShortage.unseen(), Processors.unseen(), false);
    shadow.limit(2);

    List<Long> slots = Stream.generate(() -> shadow.tryEnter(7, Criticality.DEFAULT, 0, now))
        .limit(4)
        .toList();

    assertThat(slots).doesNotContain(Gate.NO_SLOT).allMatch(each -> each <= Gate.LARGEST_SLOT);
    assertThat(slots.stream().map(shadow::isBeyondLimit)).containsExactly(false, false, true, true);
    assertThat(shadow.count()).isEqualTo(4);
    assertThat(shadow.hasSlot(Criticality.CRITICAL, now)).isTrue();

    slots.forEach(slot -> shadow.exit(slot, Outcome.SUCCESS, now));
    assertThat(shadow.count()).isZero();
    assertThat(shadow.isBeyondLimit(shadow.tryEnter(7, Criticality.DEFAULT, 0, now)))
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
    AdaptiveGate failing = new AdaptiveGate(
        2, now, false, listener, MemoryShortage.unseen(), Processors.unseen(), false);
    workAt(failing, 0, 3_000);
    workAt(failing, 9, 500);
    assertThat(told).containsExactly(Pressure.EXTREME);
    assertThat(failing.limit()).isLessThan(20);

    workAt(failing, 0, 10_000);

    assertThat(told).containsExactly(Pressure.EXTREME, Pressure.ELEVATED, Pressure.NORMAL);
    assertThat(failing.pressure()).isEqualTo(Pressure.NORMAL);
    inOrder.forEach(slot -> failing.exit(slot, Outcome.IGNORED, 0));
    assertThat(failing.count()).isZero();
  }

  /** A piece of work comes and one ends each millisecond; beside it, others come. */
  private void workAt(AdaptiveGate failing, int more, int times) {
    for (int i = 0; i < times; i++) {
      for (int k = 0; k <= more; k++) {
        try {
          long slot = failing.tryEnter(1, Criticality.DEFAULT, 0, now);
          if (slot != Gate.NO_SLOT) {
            inOrder.add(slot);
          }
        } catch (IllegalStateException expected) {
          assertThat(expected).hasMessage("fails"); // no slot was taken
        }
      }
      now += MILLI;
      try {
        exitNext(failing);
      } catch (IllegalStateException expected) { // the slot is released all the same
        assertThat(expected).hasMessage("fails");
      }
    }
  }

  @Test
  void readsTheClockAndFindsItsLimitByItself() {
    assertThat(gate.readsTime()).isTrue();
    assertThat(gate.canFindLimit()).isTrue();
    assertThat(gate.hasSlot(Criticality.CRITICAL, now)).isTrue();
    gate.limit(1);
    gate.tryEnter(1, Criticality.DEFAULT, 0, now);
    assertThat(gate.hasSlot(Criticality.CRITICAL, now)).isFalse();
  }
}

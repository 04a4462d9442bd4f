package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Pressure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What a listener hears of the pressure. */
class PressureEventsTest {

  private final List<Pressure> heard = new ArrayList<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  @Test
  void isEachChangeInItsOrder() {
    PressureEvents events = new PressureEvents(heard::add, Runnable::run);
    events.changed(Pressure.EXTREME);
    events.changed(Pressure.ELEVATED);
    events.changed(Pressure.NORMAL);

    assertThat(heard).containsExactly(Pressure.EXTREME, Pressure.ELEVATED, Pressure.NORMAL);
    assertThat(events.failures()).isZero();
  }

  @Test
  void isTheLastOfThoseThatCameMeanwhile() {
    PressureEvents events = new PressureEvents(heard::add, tasks::add);
    events.changed(Pressure.ELEVATED);
    events.changed(Pressure.EXTREME);

    assertThat(tasks).hasSize(1);
    tasks.remove().run();
    assertThat(heard).containsExactly(Pressure.EXTREME);
  }

  @Test
  void isNothingIfItIsAsItWas() {
    PressureEvents events = new PressureEvents(heard::add, tasks::add);
    events.changed(Pressure.ELEVATED);
    events.changed(Pressure.NORMAL);
    tasks.remove().run();

    assertThat(heard).isEmpty();
  }

  @Test
  void isWhatChangesWhileItListens() {
    List<PressureEvents> itself = new ArrayList<>();
    PressureEvents events = new PressureEvents(
        pressure -> {
          heard.add(pressure);
          if (pressure == Pressure.EXTREME) {
            itself.get(0).changed(Pressure.NORMAL);
          }
        },
        Runnable::run);
    itself.add(events);
    events.changed(Pressure.EXTREME);

    assertThat(heard).containsExactly(Pressure.EXTREME, Pressure.NORMAL);
  }

  @Test
  void isHeardAfterAFailureToo() {
    PressureEvents events = new PressureEvents(
        pressure -> {
          heard.add(pressure);
          throw new AssertionError("of the listener");
        },
        Runnable::run);
    events.changed(Pressure.EXTREME);
    events.changed(Pressure.NORMAL);

    assertThat(heard).hasSize(2);
    assertThat(events.failures()).isEqualTo(2);
  }

  @Test
  void isNothingIfItsExecutorRejects() {
    Executor full = task -> {
      if (heard.isEmpty()) {
        heard.add(Pressure.NORMAL); // a mark
        throw new RejectedExecutionException("full");
      }
      task.run();
    };
    PressureEvents events = new PressureEvents(heard::add, full);
    events.changed(Pressure.EXTREME);
    assertThat(events.failures()).isEqualTo(1);

    events.changed(Pressure.ELEVATED);
    assertThat(heard).containsExactly(Pressure.NORMAL, Pressure.ELEVATED);
  }
}

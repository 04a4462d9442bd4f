package dev.flowshield.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Shed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Threads whose stack does end, with calls at every depth from there up: interpreted and compiled,
 * as the JVM has it. Each end of a stack loses one slot at most. Leak detection finds it, unless
 * the stack ended between the taking of the slot and the start of its watch.
 */
@Tag("class-path-only")
class EndOfStackTest {

  private static final int STACK_BYTES = 256 * 1024;
  private static final int THREADS = 200; // the first of them interpret, the last have it compiled
  private static final int WARM_UP = 40_000;
  private static final int CAP = 100_000; // more than are lost

  private @Nullable Admitted open; // a field, as a call to remember it may be one too many
  private int overflows;
  private int answers;

  @Test
  void losesNoMoreThanOneSlotEachTime() throws Exception {
    FlowShield full = FlowShield.builder().inFlight(1).detectLeaks().build();
    assertThat(full.admit()).isInstanceOf(Admitted.class);
    assertThat(full.admit()).isInstanceOf(Shed.class); // so that its class is there
    FlowShield shield = FlowShield.builder().inFlight(CAP).detectLeaks().build();

    toTheEndOfTheStack(() -> {
      if (open != null) { // the stack ended before it was closed, or in its close
        open.close();
        open = null;
      }
      Admission admission = shield.admit("key");
      if (admission instanceof Admitted admitted) {
        open = admitted;
        admitted.close();
        open = null;
      }
    });
    if (open != null) {
      open.close();
      open = null;
    }

    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
      while (shield.stats().inFlight() > overflows) {
        System.gc();
      }
    });
    int lost = shield.stats().inFlight();
    assertThat(lost).as("in flight").isNotNegative();
    List<Admission> all = new ArrayList<>();
    for (int i = 0; i < CAP; i++) {
      all.add(shield.admit("bob"));
    }
    assertThat(all.stream().filter(Admitted.class::isInstance))
        .hasSizeGreaterThanOrEqualTo(CAP - lost);
    assertThat(shield.admit("bob")).isInstanceOf(Shed.class);
  }

  @Test
  @Tag("faults") // the first compiler leaves more calls in which the stack can end
  void releasesNoSlotTwice() throws Exception {
    FlowShield shield = FlowShield.builder().inFlight(CAP).detectLeaks().build();
    for (int i = 0; i < THREADS; i++) {
      Deque<Admitted> all = new ArrayDeque<>();
      assertThat(shield.stats().inFlight()).isNotNegative();
      for (int j = 0; j < WARM_UP / THREADS; j++) {
        all.add((Admitted) shield.admit("key"));
      }
      onThread(() -> {
        downAndUp(() -> {
          Admitted next = all.poll();
          if (next != null) {
            next.close();
          }
        });
        return null;
      });
    }
    assertThat(overflows).as("calls that found the end of the stack").isGreaterThan(THREADS);

    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
      untilNothingIsInFlight(shield);
      assertThat(shield.admit("key")).isInstanceOf(Admitted.class); // and dropped
      untilNothingIsInFlight(shield); // watches that were collected before are seen by now
    });
    assertThat(shield.stats().inFlight()).isZero();
  }

  private static void untilNothingIsInFlight(FlowShield shield) {
    while (shield.stats().inFlight() > 0) {
      System.gc();
    }
  }

  private void toTheEndOfTheStack(Runnable call) throws Exception {
    for (int i = 0; i < 20; i++) {
      call.run(); // a class whose initialization finds the end of the stack is lost for good
    }
    for (int i = 0; i < THREADS; i++) {
      onThread(() -> {
        downAndUp(call);
        return null;
      });
      onThread(() -> {
        for (int warm = 0; warm < WARM_UP / THREADS; warm++) {
          call.run();
        }
        return null;
      });
    }
    assertThat(overflows).as("calls that found the end of the stack").isGreaterThan(THREADS);
    assertThat(answers).as("calls that did not").isGreaterThan(THREADS);
  }

  /** Goes on until the stack ends, and calls on the way back from each depth. */
  private void downAndUp(Runnable call) {
    try {
      if (overflows >= 0) { // always
        downAndUp(call);
      }
    } catch (StackOverflowError end) {
      overflows++;
    }
    call.run(); // throws to the frame above as long as there is too little left
    answers++;
  }

  private static void onThread(Callable<Void> task) throws Exception {
    Throwable[] failure = new Throwable[1];
    Thread thread = new Thread(
        null,
        () -> {
          try {
            task.call();
          } catch (Throwable thrown) {
            failure[0] = thrown;
          }
        },
        "with a small stack",
        STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    thread.join(Duration.ofSeconds(60).toMillis());
    assertThat(thread.isAlive()).as("a call without end").isFalse();
    assertThat(failure[0]).isNull();
  }
}

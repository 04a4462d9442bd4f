package dev.flowshield.http.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class RepeatedTaskTest {

  private final Deque<Runnable> now = new ArrayDeque<>();
  private final Deque<Runnable> later = new ArrayDeque<>();
  private final RepeatedTask task = new RepeatedTask(now::add, later::add);
  private int prepared;
  private int runs;

  private RepeatedTask.Step prepare(int times) {
    prepared++;
    return step(times);
  }

  private RepeatedTask.Step step(int times) {
    return () -> {
      runs++;
      return times == 1 ? null : step(times - 1);
    };
  }

  @Test
  void runsUntilNothingIsLeftToDoAndThenCanBeStartedAgain() {
    task.start(() -> prepare(2));
    task.start(() -> prepare(2));
    now.remove().run();
    assertThat(now).isEmpty();
    task.start(() -> prepare(2));
    later.remove().run();
    assertThat(later).isEmpty();
    assertThat(prepared).isEqualTo(1);
    assertThat(runs).isEqualTo(2);

    task.start(() -> prepare(1));
    now.remove().run();
    assertThat(runs).isEqualTo(3);
  }

  @Test
  void canBeStartedAgainAfterAStepThatFailed() {
    task.start(() -> () -> {
      throw new IllegalStateException("step");
    });
    Runnable first = now.remove();
    assertThatThrownBy(first::run).hasMessage("step");

    task.start(() -> prepare(1));
    now.remove().run();
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void canBeStartedAgainAfterNoThreadHasTakenIt() {
    boolean[] isFull = {true};
    RepeatedTask full = new RepeatedTask(
        step -> {
          if (isFull[0]) {
            throw new RejectedExecutionException("full");
          }
          step.run();
        },
        later::add);
    assertThatThrownBy(() -> full.start(() -> prepare(1))).hasMessage("full");
    isFull[0] = false;
    full.start(() -> prepare(1));

    assertThat(runs).isEqualTo(1);
  }

  @Test
  void doesNothingOnceItIsClosed() {
    task.start(() -> prepare(2));
    now.remove().run();
    task.close();
    later.remove().run();
    task.start(() -> prepare(2));

    assertThat(now).isEmpty();
    assertThat(runs).isEqualTo(1);
  }
}

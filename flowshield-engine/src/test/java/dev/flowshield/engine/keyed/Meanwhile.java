package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.Thread.State;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What another thread does while this one stands still: so an interleaving is written down, not
 * waited for.
 */
public final class Meanwhile {

  private Meanwhile() {}

  /**
   * Has another thread do all of it, and fails if that waits for a lock, which this one would hold
   * without end.
   */
  public static void anotherThread(Runnable work) {
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    Thread other = new Thread(
        () -> {
          try {
            work.run();
          } catch (Throwable failure) {
            failed.set(failure);
          }
        },
        "meanwhile");
    other.setDaemon(true);
    other.start();
    while (other.isAlive()) {
      assertThat(other.getState()).as("what the other thread does").isNotEqualTo(State.WAITING);
      Thread.onSpinWait();
    }
    Throwable failure = failed.get();
    if (failure != null) {
      throw new AssertionError("the other thread failed", failure);
    }
  }

  /**
   * Has another thread ask something, and returns once that waits for a lock that this one holds;
   * fails if it is answered instead.
   */
  public static void anotherThreadWaits(FutureTask<?> question) {
    Thread other = new Thread(question, "meanwhile");
    other.setDaemon(true);
    other.start();
    while (other.getState() != State.WAITING) {
      assertThat(question).as("answered while this thread holds the lock").isNotDone();
      Thread.onSpinWait();
    }
  }

  /** Whether a method of this name is being run by this thread. */
  public static boolean in(String method) {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals(method)));
  }
}

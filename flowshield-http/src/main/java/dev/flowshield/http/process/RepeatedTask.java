package dev.flowshield.http.process;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task that runs in the background at intervals, from its start until it has nothing more to do.
 * It can then be started again. There is at most one run at a time.
 *
 * <p>Thread-safe. A start while the task is running costs one volatile read.
 */
public final class RepeatedTask {

  /** One run of the task. */
  public interface Step {
    /** Returns the next run, after the interval; null if there is nothing more to do. */
    @Nullable
    Step run();
  }

  private final Executor now;
  private final Executor later;
  private final AtomicBoolean isRunning = new AtomicBoolean();
  private volatile boolean isClosed;

  /**
   * Creates a task.
   *
   * @param now runs the first step
   * @param later runs the others, after the interval
   */
  public RepeatedTask(Executor now, Executor later) {
    this.now = now;
    this.later = later;
  }

  /**
   * Starts the task, unless it is running or closed.
   *
   * @param first returns the first step; called by this thread, and only if the task is started
   */
  public void start(Supplier<Step> first) {
    if (!isRunning.get() && !isClosed && isRunning.compareAndSet(false, true)) {
      boolean isStarted = false;
      try {
        Step step = first.get();
        now.execute(() -> run(step));
        isStarted = true;
      } finally {
        endUnless(isStarted);
      }
    }
  }

  /**
   * Closes the task for good. A step that is waiting does nothing: the classes of an application
   * that was stopped cannot be loaded any more.
   */
  public void close() {
    isClosed = true;
  }

  private void run(Step step) {
    if (isClosed) {
      return;
    }
    boolean goesOn = false;
    try {
      Step next = step.run();
      if (next != null) {
        later.execute(() -> run(next));
        goesOn = true;
      }
    } finally {
      endUnless(goesOn);
    }
  }

  /** Permits another start, also after a failure. */
  private void endUnless(boolean goesOn) {
    if (!goesOn) {
      isRunning.set(false);
    }
  }
}

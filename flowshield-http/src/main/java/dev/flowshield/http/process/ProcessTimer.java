package dev.flowshield.http.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks after a delay, on the timer thread of the JDK.
 *
 * <p>The first caller starts that thread, which inherits the context class loader of the caller and
 * lives as long as the process. Therefore it is called without the loader of a web application,
 * which would otherwise stay in memory after the application was stopped.
 */
public final class ProcessTimer {

  private ProcessTimer() {}

  /** Returns an executor that runs each task in the background, after a delay. */
  public static Executor after(long delay, TimeUnit unit) {
    return withoutApplication(CompletableFuture.delayedExecutor(delay, unit));
  }

  /**
   * Returns an executor that runs each task on the thread of the timer, after a delay. For tasks
   * that do not block.
   */
  public static Executor shortTaskAfter(long delay, TimeUnit unit) {
    return withoutApplication(CompletableFuture.delayedExecutor(delay, unit, Runnable::run));
  }

  /** Lets a future fail with a {@code TimeoutException} after a delay, and returns it. */
  public static <T> CompletableFuture<T> timeOut(
      CompletableFuture<T> future, long delay, TimeUnit unit) {
    withoutApplication(Runnable::run).execute(() -> future.orTimeout(delay, unit));
    return future;
  }

  /** Returns an executor that submits tasks as a thread that belongs to no application. */
  static Executor withoutApplication(Executor executor) {
    return task -> {
      Thread thread = Thread.currentThread();
      ClassLoader application = thread.getContextClassLoader();
      ClassLoader system = ClassLoader.getSystemClassLoader();
      if (application == system || application == null) { // some threads do not permit a change
        executor.execute(task);
        return;
      }
      thread.setContextClassLoader(system);
      try {
        executor.execute(task);
      } finally {
        thread.setContextClassLoader(application);
      }
    };
  }
}

package dev.flowshield.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks after a while, by the one thread that the JDK has for this.
 *
 * <p>That thread is started by the first thread that asks, inherits its context class loader and
 * lives as long as the process. So it is asked without the loader of a web application, which would
 * stay in memory after the application is gone.
 */
final class ProcessTimer {

  private ProcessTimer() {}

  /** Runs each task in the background, after this delay. */
  static Executor after(long delay, TimeUnit unit) {
    return withoutApplication(CompletableFuture.delayedExecutor(delay, unit));
  }

  /** Runs each task in the thread of the timer, after this delay; for tasks that do not block. */
  static Executor shortTaskAfter(long delay, TimeUnit unit) {
    return withoutApplication(CompletableFuture.delayedExecutor(delay, unit, Runnable::run));
  }

  /** The same future, which fails with a {@code TimeoutException} unless it is done in time. */
  static <T> CompletableFuture<T> timeOut(CompletableFuture<T> future, long delay, TimeUnit unit) {
    withoutApplication(Runnable::run).execute(() -> future.orTimeout(delay, unit));
    return future;
  }

  /** Hands tasks on as a thread that belongs to no application. */
  static Executor withoutApplication(Executor executor) {
    return task -> {
      Thread thread = Thread.currentThread();
      ClassLoader application = thread.getContextClassLoader();
      ClassLoader system = ClassLoader.getSystemClassLoader();
      if (application == system || application == null) { // some threads let none be set
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

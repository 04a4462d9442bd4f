package dev.flowshield;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The ticker of the machine. No other class reads the time of the machine. */
enum SystemTicker implements Ticker {
  SYSTEM;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  /**
   * Returns a future that completes on the shared timer thread of the JDK. The first caller starts
   * that thread, which inherits its context class loader and lives as long as the process. This
   * method therefore hides the class loader of a web application, which otherwise could never be
   * unloaded.
   */
  static CompletableFuture<Void> timer(long nanos) {
    Thread thread = Thread.currentThread();
    ClassLoader application = thread.getContextClassLoader();
    ClassLoader system = ClassLoader.getSystemClassLoader();
    if (application == system || application == null) { // some JDK threads allow no change
      return inTime(nanos);
    }
    thread.setContextClassLoader(system);
    try {
      return inTime(nanos);
    } finally {
      thread.setContextClassLoader(application);
    }
  }

  private static CompletableFuture<Void> inTime(long nanos) {
    return new CompletableFuture<Void>().completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
  }
}

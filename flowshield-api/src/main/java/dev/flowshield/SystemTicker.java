package dev.flowshield;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The one place where the time of the machine is read. */
enum SystemTicker implements Ticker {
  SYSTEM;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  /**
   * Returns a future of the one thread that the JDK has for this. The first caller starts that
   * thread, which inherits the context class loader and lives as long as the process. So it is
   * started without the loader of a web application, which would stay in memory after the
   * application is gone.
   */
  static CompletableFuture<Void> timer(long nanos) {
    Thread thread = Thread.currentThread();
    ClassLoader application = thread.getContextClassLoader();
    ClassLoader system = ClassLoader.getSystemClassLoader();
    if (application == system || application == null) { // some threads of the JDK let none be set
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

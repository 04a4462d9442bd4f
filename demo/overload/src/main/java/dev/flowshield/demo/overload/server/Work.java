package dev.flowshield.demo.overload.server;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** The work of a server for a request, on the thread of the request. */
public enum Work {
  /**
   * Takes one of a few permits in order of arrival, like a connection of a database pool, and waits
   * with it for an exponentially distributed time.
   */
  WAITS("waits") {
    @Override
    void run(long roundsPerMilli) throws InterruptedException {
      IN_TURN.acquire();
      try {
        long until = System.nanoTime() + exponentialNanos();
        for (long left = 1; left > 0; left = until - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
      } finally {
        IN_TURN.release();
      }
    }

    private long exponentialNanos() {
      return (long) (-WAIT.toNanos() * Math.log(1 - ThreadLocalRandom.current().nextDouble()));
    }

    @Override
    public int capacity(int processors) {
      return (int) (PERMITS * Duration.ofSeconds(1).toMillis() / WAIT.toMillis());
    }

    @Override
    IntStream byHand(int processors) {
      return IntStream.of(1, PERMITS, PERMITS * 3 / 2, PERMITS * 2, PERMITS * 3);
    }
  },
  /** Computes. */
  BURNS("burns CPU") {
    @Override
    void run(long roundsPerMilli) {
      Cpu.burn(BURN_MILLIS * roundsPerMilli);
    }

    @Override
    public int capacity(int processors) {
      return (int) (processors * Duration.ofSeconds(1).toMillis() / BURN_MILLIS);
    }

    @Override
    IntStream byHand(int processors) {
      return IntStream.of(1, 2 * processors, 3 * processors, 4 * processors, 6 * processors);
    }
  };

  private static final int PERMITS = 8;
  private static final Semaphore IN_TURN = new Semaphore(PERMITS, true);
  private static final Duration WAIT = Duration.ofMillis(20);
  private static final int BURN_MILLIS = 8;

  private final String title;

  Work(String title) {
    this.title = title;
  }

  /** Returns the name in a table. */
  public String title() {
    return title;
  }

  /** Does the work once. */
  abstract void run(long roundsPerMilli) throws InterruptedException;

  /**
   * Returns the number of times per second that a server can do the work, with these processors for
   * nothing else.
   */
  public abstract int capacity(int processors);

  /**
   * Returns the fixed limits to try: 1, with which almost all requests are rejected, and several of
   * which one is about the best.
   */
  abstract IntStream byHand(int processors);
}

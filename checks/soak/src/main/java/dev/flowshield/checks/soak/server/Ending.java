package dev.flowshield.checks.soak.server;

import java.util.SplittableRandom;

/** How the work for a request ends. The path of a request says it. */
public enum Ending {
  /** The handler answers and returns. */
  AT_ONCE("/at-once", 408),
  /** The handler returns; another thread answers after a short while. */
  LATER("/later", 200),
  /** A thread that may block does the work: dispatched, {@code executeBlocking}. */
  ON_A_WORKER("/worker", 150),
  /** The handler throws an exception. */
  EXCEPTION("/exception", 40),
  /** The handler throws an {@code Error}. */
  ERROR("/error", 30),
  /** The handler answers with status 502. */
  ERROR_STATUS("/status", 40),
  /** The handler returns; another thread lets it fail: dispatched again, and then an exception. */
  LATE_FAILURE("/late-failure", 40),
  /** The handler returns, and the server's time limit ends the request. */
  TIMEOUT("/timeout", 4),
  /** A body of which more is left than fits into all buffers on the way. */
  LARGE("/large", 4),
  /** An event stream, which ends after some events. */
  EVENTS("/events", 4),
  /** The handler reads the body of the request, and answers its length. */
  BODY("/body", 80);

  private static final Ending[] ALL = values();

  private final String path;
  private final int weight; // in 1000

  Ending(String path, int weight) {
    this.path = path;
    this.weight = weight;
  }

  /** One at random. */
  public static Ending next(SplittableRandom random) {
    int drawn = random.nextInt(1000);
    for (Ending each : ALL) {
      drawn -= each.weight;
      if (drawn < 0) {
        return each;
      }
    }
    throw new IllegalStateException("the weights must be 1000 together");
  }

  /** The ending of this path. */
  static Ending at(String path) {
    for (Ending each : ALL) {
      if (each.path.equals(path)) {
        return each;
      }
    }
    throw new IllegalArgumentException("path must be that of an ending, got " + path);
  }

  /** The path of a request that ends so. */
  public String path() {
    return path;
  }

  /** Whether the request is to be answered with a status of 500 or above. */
  public boolean isFailure() {
    return switch (this) {
      case EXCEPTION, ERROR, ERROR_STATUS, LATE_FAILURE, TIMEOUT -> true;
      default -> false;
    };
  }
}

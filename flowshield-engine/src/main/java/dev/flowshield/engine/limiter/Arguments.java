package dev.flowshield.engine.limiter;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.Objects;

/** Checks of arguments, before anything is taken. */
public final class Arguments {

  // As far ahead as algorithms keep words (a law of RateAlgorithm).
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private Arguments() {}

  /** The option that says how keys begin. */
  static final String START = "start";

  /**
   * Returns whether keys, and the calls without a key, begin with nothing: {@code start} is {@code
   * empty}.
   *
   * @throws IllegalArgumentException if it is neither that nor {@code full}
   */
  static boolean startsEmpty(LimiterSpec spec) {
    String start = spec.options().getOrDefault(START, "full");
    if (!start.equals("full") && !start.equals("empty")) {
      throw new IllegalArgumentException("start must be 'full' or 'empty', got '" + start
          + "': leave it out for keys that begin with their whole burst");
    }
    return start.equals("empty");
  }

  /** Rejects a number of permits to add that is below 1. */
  public static void requireSome(long permits) {
    if (permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1, got " + permits + ": add one or more");
    }
  }

  /** Rejects a number of permits to take that is below 1. */
  public static void requireAny(long permits) {
    if (permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1, got " + permits + ": ask for one or more");
    }
  }

  /**
   * Rejects a key that is null or too long.
   *
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if it is too long
   */
  public static void requireKey(String key) {
    Objects.requireNonNull(
        key, "key must be a string, got null: calls that have no key leave it out");
    if (key.length() > RateLimiter.MAX_KEY_LENGTH) {
      throw new IllegalArgumentException("key must be at most " + RateLimiter.MAX_KEY_LENGTH
          + " characters, got one of " + key.length() + ": pass a hash of it");
    }
  }

  /**
   * Rejects a wait that is out of range.
   *
   * @return the time in nanoseconds
   * @throws NullPointerException if there is none
   * @throws IllegalArgumentException if it is negative or above an hour
   */
  public static long requireWait(Duration maxWait) {
    Objects.requireNonNull(
        maxWait, "maxWait must be 0 to 1 hour, got null: pass Duration.ZERO for not waiting");
    if (maxWait.isNegative() || maxWait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException("maxWait must be 0 to 1 hour, got " + maxWait
          + (maxWait.isNegative()
              ? ": pass Duration.ZERO for not waiting"
              : ": work that can wait longer belongs into a queue that survives a restart"));
    }
    return maxWait.toNanos();
  }
}

package dev.flowshield.engine;

import dev.flowshield.RateLimiter;
import dev.flowshield.engine.limiter.Requests;
import java.util.Objects;

/**
 * What work costs one limit of a shield: {@link FlowShield#admit(Charge...)}.
 *
 * @param limit the name of the limit
 * @param key whom it counts; empty for a limit for all together, and only there
 * @param permits what the work costs it; 0 only to settle
 */
public record Charge(String limit, String key, long permits) {

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#LONGEST_KEY} characters, or the permits are negative
   */
  public Charge {
    Objects.requireNonNull(limit, "limit");
    Requests.requireKey(key);
    if (permits < 0) {
      throw new IllegalArgumentException("permits must be 0 or more, got " + permits
          + ": say what the work costs limit '" + limit + "'");
    }
  }

  /** One permit of a limit for all together. */
  public static Charge of(String limit) {
    return new Charge(limit, "", 1);
  }

  /** Permits of a limit for all together. */
  public static Charge of(String limit, long permits) {
    return new Charge(limit, "", permits);
  }

  /** One permit of a key. */
  public static Charge of(String limit, String key) {
    return new Charge(limit, key, 1);
  }

  /** Permits of a key. */
  public static Charge of(String limit, String key, long permits) {
    return new Charge(limit, key, permits);
  }
}

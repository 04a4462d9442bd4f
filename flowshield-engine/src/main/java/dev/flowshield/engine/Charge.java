package dev.flowshield.engine;

import dev.flowshield.RateLimiter;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.limiter.Arguments;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The cost of work for one limit of a shield: {@link FlowShield#admit(Charge...)}.
 *
 * <p>A value: immutable, equal by content, safe to share. A charge that is used again is cheaper,
 * because it keeps the hash of its key.
 */
public final class Charge {

  private final String limit;
  private final String key;
  private final long permits;
  private volatile long hash; // 0 until it is first used; all threads set the same value

  /**
   * Creates a charge.
   *
   * @param limit the name of the limit
   * @param key the key to charge; empty for a limit for all together, and only there
   * @param permits the cost of the work; 0 only to settle
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#MAX_KEY_LENGTH}
   *     characters, or the permits are negative
   */
  public Charge(String limit, String key, long permits) {
    this.limit = Objects.requireNonNull(limit, "limit");
    Arguments.requireKey(key);
    this.key = key;
    if (permits < 0) {
      throw new IllegalArgumentException("permits must be 0 or more, got " + permits
          + ": say what the work costs limit '" + limit + "'");
    }
    this.permits = permits;
  }

  /** Creates a charge of one permit of a limit for all together. */
  public static Charge of(String limit) {
    return new Charge(limit, "", 1);
  }

  /** Creates a charge of permits of a limit for all together. */
  public static Charge of(String limit, long permits) {
    return new Charge(limit, "", permits);
  }

  /** Creates a charge of one permit of a key. */
  public static Charge of(String limit, String key) {
    return new Charge(limit, key, 1);
  }

  /** Creates a charge of permits of a key. */
  public static Charge of(String limit, String key, long permits) {
    return new Charge(limit, key, permits);
  }

  /** Returns the name of the limit. */
  public String limit() {
    return limit;
  }

  /** Returns the key to charge; empty for a limit for all together. */
  public String key() {
    return key;
  }

  /** Returns the cost of the work. */
  public long permits() {
    return permits;
  }

  /** Returns the hash of the key in the tables; never 0. */
  long hash() {
    long known = hash;
    if (known == 0) {
      known = KeyTable.hashOf(key);
      hash = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Charge that
        && limit.equals(that.limit)
        && key.equals(that.key)
        && permits == that.permits;
  }

  @Override
  public int hashCode() {
    return Objects.hash(limit, key, permits);
  }

  @Override
  public String toString() {
    return "Charge[limit=" + limit + ", key=" + key + ", permits=" + permits + "]";
  }
}

package dev.flowshield.redis.local;

import dev.flowshield.Ticker;
import dev.flowshield.redis.connection.StoreCalls;
import dev.flowshield.redis.script.Script;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The number of instances that share a store: a number that was set, or the latest count of the
 * store. Each instance renews its entry in a list there every few seconds while it has requests.
 *
 * <p>Thread-safe, never waits.
 */
public final class InstanceRegistry {

  private static final long EVERY_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long KNOWN_TO_ALL_NANOS =
      EVERY_NANOS + Duration.ofSeconds(1).toNanos();
  private static final Duration KEPT_FOR = Duration.ofSeconds(20);
  private static final int MOST = 10_000;
  private static final int ID_BYTES = 8;

  private final Script script = Script.instances();
  private final Ticker ticker;
  private final String key;
  private final String id;
  private final boolean isSet;
  private final AtomicLong dueAt;
  private final AtomicReference<Counted> counted;

  /**
   * The counts of the store. Immutable.
   *
   * @param number the number of instances that is used
   * @param reachedAt the latest time at which the store counted at least that number
   * @param since the time since which this instance was counted without a break
   * @param at the time of the latest count; null before the first one
   */
  private record Counted(
      int number, long reachedAt, long since, @Nullable Long at) {

    Counted next(int counted, long now) {
      boolean isBelieved = counted >= number || now - reachedAt >= KEPT_FOR.toNanos();
      return new Counted(
          isBelieved ? counted : number,
          isBelieved ? now : reachedAt,
          isUpToDate(now) ? since : now,
          now);
    }

    boolean isUpToDate(long now) {
      return at != null && now - at <= KNOWN_TO_ALL_NANOS;
    }
  }

  /**
   * Creates the registry of one instance.
   *
   * @param set the number of instances; 0 to have them counted
   * @param key the name of the list in the store
   */
  public InstanceRegistry(int set, String key, Ticker ticker) {
    this.isSet = set > 0;
    this.key = key;
    this.ticker = ticker;
    long now = ticker.nanos();
    this.counted = new AtomicReference<>(new Counted(Math.max(1, set), now, now, null));
    this.dueAt = new AtomicLong(now);
    byte[] drawn = new byte[ID_BYTES];
    new SecureRandom().nextBytes(drawn);
    this.id = HexFormat.of().formatHex(drawn);
  }

  /** Returns the number of instances, this one included. */
  public int count() {
    return counted.get().number;
  }

  /**
   * Returns whether the number includes all instances, and all instances include this one. That
   * takes as long as the others need to renew their entries.
   */
  public boolean isCountOfAll() {
    Counted known = counted.get();
    long now = ticker.nanos();
    return isSet || (known.isUpToDate(now) && now - known.since > KNOWN_TO_ALL_NANOS);
  }

  /** Renews the entry of this instance if that is due. */
  public void renew(StoreCalls calls) {
    if (isSet) {
      return;
    }
    long due = dueAt.get();
    long now = ticker.nanos();
    if (now - due >= 0 && dueAt.compareAndSet(due, now + EVERY_NANOS)) {
      calls
          .run(script, key, id, String.valueOf(KEPT_FOR.toMillis()))
          .whenComplete((entries, failure) -> {
            if (failure == null && entries > 0) {
              int number = (int) Math.min(MOST, entries);
              counted.updateAndGet(known -> known.next(number, ticker.nanos()));
            }
          })
          .exceptionally(failure -> null); // the next renewal tries again
    }
  }
}

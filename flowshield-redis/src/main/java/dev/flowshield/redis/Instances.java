package dev.flowshield.redis;

import dev.flowshield.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many instances share a store: a number that was set, or what the store has counted last. Each
 * instance renews its place in a list there every few seconds, as long as it has requests.
 *
 * <p>Thread-safe, never waits.
 */
final class Instances {

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
  private final long since;
  private volatile int count;
  private volatile boolean isCounted;
  private long lastSoMany; // when the store has counted no fewer than that; guarded by this

  /**
   * Instances of the services with one list.
   *
   * @param set how many there are; 0 if they are to be counted
   * @param key the name of the list
   */
  Instances(int set, String key, Ticker ticker) {
    this.isSet = set > 0;
    this.count = Math.max(1, set);
    this.key = key;
    this.ticker = ticker;
    this.since = ticker.nanos();
    this.dueAt = new AtomicLong(since);
    byte[] drawn = new byte[ID_BYTES];
    new SecureRandom().nextBytes(drawn);
    this.id = HexFormat.of().formatHex(drawn);
  }

  /** How many there are, this one included. */
  int count() {
    return count;
  }

  /** Whether the number is that of all: each of the others has had the time to count this one. */
  boolean isCountOfAll() {
    return isSet || (isCounted && ticker.nanos() - since > KNOWN_TO_ALL_NANOS);
  }

  /**
   * The store has counted so many. Fewer than before are believed only when there were no more for
   * as long as a place is kept: a server that was restarted empty has not heard of all yet.
   */
  private synchronized void counted(int number) {
    long now = ticker.nanos();
    if (number >= count || now - lastSoMany >= KEPT_FOR.toNanos()) {
      count = number;
      lastSoMany = now;
    }
    isCounted = true;
  }

  /** Renews the place of this instance, if that is due. */
  void renew(Calls calls) {
    if (isSet) {
      return;
    }
    long due = dueAt.get();
    long now = ticker.nanos();
    if (now - due >= 0 && dueAt.compareAndSet(due, now + EVERY_NANOS)) {
      calls
          .run(script, key, id, String.valueOf(KEPT_FOR.toMillis()))
          .whenComplete((counted, failure) -> {
            if (failure == null && counted > 0) {
              counted((int) Math.min(MOST, counted));
            }
          })
          .exceptionally(failure -> null); // it is tried again when it is due
    }
  }
}

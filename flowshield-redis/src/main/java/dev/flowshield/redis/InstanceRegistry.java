package dev.flowshield.redis;

import dev.flowshield.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How many instances share a store: a number that was set, or what the store has counted last. Each
 * instance renews its place in a list there every few seconds, as long as it has requests.
 *
 * <p>Thread-safe, never waits.
 */
final class InstanceRegistry {

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
   * What the store has counted. Immutable.
   *
   * @param number how many are believed in
   * @param soManyAt when it has counted no fewer than that
   * @param since when this instance was counted first without a break
   * @param at when it was counted last; null if it never was
   */
  private record Counted(
      int number, long soManyAt, long since, @Nullable Long at) {

    Counted next(int counted, long now) {
      boolean isBelieved = counted >= number || now - soManyAt >= KEPT_FOR.toNanos();
      return new Counted(
          isBelieved ? counted : number,
          isBelieved ? now : soManyAt,
          isUpToDate(now) ? since : now,
          now);
    }

    boolean isUpToDate(long now) {
      return at != null && now - at <= KNOWN_TO_ALL_NANOS;
    }
  }

  /**
   * Instances of the services with one list.
   *
   * @param set how many there are; 0 if they are to be counted
   * @param key the name of the list
   */
  InstanceRegistry(int set, String key, Ticker ticker) {
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

  /** How many there are, this one included. */
  int count() {
    return counted.get().number;
  }

  /**
   * Whether the number is that of all: this instance was counted without a break for as long as the
   * others need to count it too.
   */
  boolean isCountOfAll() {
    Counted known = counted.get();
    long now = ticker.nanos();
    return isSet || (known.isUpToDate(now) && now - known.since > KNOWN_TO_ALL_NANOS);
  }

  /** Renews the place of this instance, if that is due. */
  void renew(StoreCalls calls) {
    if (isSet) {
      return;
    }
    long due = dueAt.get();
    long now = ticker.nanos();
    if (now - due >= 0 && dueAt.compareAndSet(due, now + EVERY_NANOS)) {
      calls
          .run(script, key, id, String.valueOf(KEPT_FOR.toMillis()))
          .whenComplete((places, failure) -> {
            if (failure == null && places > 0) {
              int number = (int) Math.min(MOST, places);
              counted.updateAndGet(known -> known.next(number, ticker.nanos()));
            }
          })
          .exceptionally(failure -> null); // it is tried again when it is due
    }
  }
}

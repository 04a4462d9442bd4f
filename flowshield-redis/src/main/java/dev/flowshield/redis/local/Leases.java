package dev.flowshield.redis.local;

import dev.flowshield.redis.script.StoredRates;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The leases of the keys that are asked for most, by the hash of the key. A key has no lease while
 * another key uses its place.
 *
 * <p>Thread-safe, lock-free, of bounded memory.
 */
public final class Leases {

  private static final int PLACES = 1_024;

  private final AtomicReferenceArray<@Nullable Lease> places = new AtomicReferenceArray<>(PLACES);

  /** Returns the lease of a key; null if another key uses its place. */
  @Nullable
  public Lease of(String key, StoredRates rates, long now) {
    int place = place(key);
    Lease known = places.get(place);
    if (known != null && known.isOf(key, rates)) {
      return known;
    }
    if (known != null && !known.isIdle(now)) {
      return null;
    }
    Lease made = new Lease(key, rates, now);
    return places.compareAndSet(place, known, made) ? made : null;
  }

  /** Drops the lease of a key. */
  public void forget(String key) {
    places.set(place(key), null);
  }

  private static int place(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (PLACES - 1);
  }
}

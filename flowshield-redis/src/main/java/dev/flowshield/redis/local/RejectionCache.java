package dev.flowshield.redis.local;

import dev.flowshield.Decision;
import dev.flowshield.redis.script.StoredRates;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the rejections of the store. Debts are paid off by time alone, so the cache computes
 * the debts of a rejected key, and rejects further requests without a call. Permits that another
 * instance refunds or adds meanwhile are seen after a second.
 *
 * <p>Among keys that share a place, the latest is kept. Thread-safe, lock-free, of a fixed size.
 */
public final class RejectionCache {

  private static final int PLACES = 4_096; // a power of two
  private static final long LONGEST_NANOS = 1_000_000_000L;

  /** A rejection. Immutable. */
  private static final class Entry {

    private final String key; // its name in the store
    private final StoredRates rates;
    private final long[] debts;
    private final long at; // the reading of the ticker before the store was asked

    Entry(String key, StoredRates rates, long[] debts, long at) {
      this.key = key;
      this.rates = rates;
      this.debts = debts;
      this.at = at;
    }
  }

  private final AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(PLACES);

  /** Keeps the debts of a key that the store has rejected. */
  public void add(String key, StoredRates rates, long[] debts, long now) {
    places.set(place(key), new Entry(key, rates, debts, now));
  }

  /** Returns the rejection that the store would give; null if it may admit the request. */
  public Decision.@Nullable Rejected find(String key, StoredRates rates, long permits, long now) {
    Entry entry = places.get(place(key));
    if (entry == null || entry.rates != rates || !entry.key.equals(key)) {
      return null;
    }
    long nanos = now - entry.at;
    if (nanos < 0 || nanos > LONGEST_NANOS) {
      return null;
    }
    long[] debts = rates.paidOff(entry.debts, nanos);
    return rates.isFree(debts, permits) ? null : rates.rejected(debts, permits);
  }

  /** Forgets the debts of a key. */
  public void forget(String key) {
    int place = place(key);
    Entry entry = places.get(place);
    if (entry != null && entry.key.equals(key)) {
      places.compareAndSet(place, entry, null);
    }
  }

  private static int place(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (PLACES - 1);
  }
}

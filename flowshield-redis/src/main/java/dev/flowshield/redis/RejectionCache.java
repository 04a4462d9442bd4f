package dev.flowshield.redis;

import dev.flowshield.Decision;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keys that the store has rejected a moment ago. As debts are paid off by time alone, what is still
 * owed is known without asking, and so are further rejections; permits that another instance
 * refunds or adds meanwhile are seen after a second.
 *
 * <p>Of keys that share a place the latest counts. Thread-safe, lock-free, of a fixed size.
 */
final class RejectionCache {

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

  /** The store has rejected a key. */
  void add(String key, StoredRates rates, long[] debts, long now) {
    places.set(place(key), new Entry(key, rates, debts, now));
  }

  /** The rejection of permits that the store would reject; null if that is not known. */
  Decision.@Nullable Rejected find(String key, StoredRates rates, long permits, long now) {
    Entry denial = places.get(place(key));
    if (denial == null || denial.rates != rates || !denial.key.equals(key)) {
      return null;
    }
    long nanos = now - denial.at;
    if (nanos < 0 || nanos > LONGEST_NANOS) {
      return null;
    }
    long[] debts = rates.paidOff(denial.debts, nanos);
    return rates.isFree(debts, permits) ? null : rates.rejected(debts, permits);
  }

  /** What is owed by a key is not known any more. */
  void forget(String key) {
    int place = place(key);
    Entry denial = places.get(place);
    if (denial != null && denial.key.equals(key)) {
      places.compareAndSet(place, denial, null);
    }
  }

  private static int place(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (PLACES - 1);
  }
}

package dev.flowshield.redis.local;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.redis.script.StoredRates;
import java.util.List;

/** The rejections of two keys that share a slot of the cache. */
final class TwoRejections {

  private static final String ONE = "Aa"; // keys with equal hash codes
  private static final String OTHER = "BB";
  private static final StoredRates RATES =
      new StoredRates(List.of(RateLimit.parse("1/s burst 4")), 1_000);
  private static final long SECOND = 1_000_000_000L;

  private final RejectionCache rejections = new RejectionCache();

  /** Adds a rejection of the first key, with a wait of one second. */
  void addOne() {
    rejections.add(ONE, RATES, new long[] {RATES.get(0).capacity()}, 0);
  }

  /** Adds a rejection of the second key, with a wait of two seconds. */
  void addOther() {
    rejections.add(
        OTHER, RATES, new long[] {RATES.get(0).capacity() + RATES.get(0).price()}, 0);
  }

  void forgetOther() {
    rejections.forget(OTHER);
  }

  /** Returns the wait of the first key in seconds; 0 if it is unknown. */
  int findOne() {
    return seconds(ONE);
  }

  /** Returns the wait of the second key in seconds; 0 if it is unknown. */
  int findOther() {
    return seconds(OTHER);
  }

  private int seconds(String key) {
    Decision.Rejected found = rejections.find(key, RATES, 1, 0);
    return found == null ? 0 : (int) (found.retryAfterNanos() / SECOND);
  }
}

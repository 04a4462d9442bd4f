package dev.flowshield.redis.local;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.redis.script.StoredRates;
import java.util.List;

/** Rejections of two keys that share a place. */
final class TwoRejections {

  private static final String ONE = "Aa"; // of one hash code
  private static final String OTHER = "BB";
  private static final StoredRates RATES =
      new StoredRates(List.of(RateLimit.parse("1/s burst 4")), 1_000);
  private static final long SECOND = 1_000_000_000L;

  private final RejectionCache rejections = new RejectionCache();

  /** The one has to wait for a second. */
  void addOne() {
    rejections.add(ONE, RATES, new long[] {RATES.get(0).capacity()}, 0);
  }

  /** The other has to wait for two. */
  void addOther() {
    rejections.add(
        OTHER, RATES, new long[] {RATES.get(0).capacity() + RATES.get(0).price()}, 0);
  }

  void forgetOther() {
    rejections.forget(OTHER);
  }

  /** The seconds that the one has to wait; 0 if that is not known. */
  int findOne() {
    return seconds(ONE);
  }

  /** The seconds that the other has to wait; 0 if that is not known. */
  int findOther() {
    return seconds(OTHER);
  }

  private int seconds(String key) {
    Decision.Rejected found = rejections.find(key, RATES, 1, 0);
    return found == null ? 0 : (int) (found.retryAfterNanos() / SECOND);
  }
}

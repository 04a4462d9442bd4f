package dev.flowshield.engine.keyed;

import static dev.flowshield.engine.keyed.Buckets.NOWHERE;
import static dev.flowshield.engine.keyed.Buckets.NO_KEY;

import org.jspecify.annotations.Nullable;

/** The growth of buckets: by an eighth, with the keys that are in debt and no others. */
final class Growth {

  // Doubling would leave up to half of the memory unused.
  private static final int PART = 8;

  private Growth() {}

  /**
   * Returns an eighth more buckets, or as many as the cap allows, with the keys that are in debt.
   *
   * @param frozen a copy that no thread writes
   */
  static Buckets grown(Buckets frozen, int most, long now) {
    int count = Math.min(most, frozen.count() + Math.max(1, frozen.count() / PART));
    Buckets next = moved(frozen, count, now);
    while (next == null) { // a key finds no place: rare, and only with few buckets
      count++;
      next = moved(frozen, count, now);
    }
    return next;
  }

  /**
   * Creates this many buckets with the keys that are in debt; null if one of them finds no place.
   */
  private static @Nullable Buckets moved(Buckets frozen, int count, long now) {
    Buckets next = Buckets.free(frozen.algorithm(), frozen.overflowWords(), count);
    next.overflowWords(frozen);
    for (int from = frozen.firstSlot(); from < frozen.end(); from += 2) {
      long hash = frozen.fingerprint(from);
      if (frozen.isFree(from, now)) {
        if (hash != NO_KEY) {
          next.forget(hash, now);
        }
        continue;
      }
      long word = frozen.word(from);
      int to = next.place(hash, now);
      if (to != NOWHERE) {
        next.put(to, hash, word);
      } else if (!next.putByMovingAnother(hash, word, now)) {
        return null;
      }
    }
    return next;
  }
}

package dev.flowshield.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the first rejections, one after the other, so that few are counted exactly.
 *
 * <p>Thread-safe, lock-free: each rejection has a place of its own. Once all places are taken, a
 * rejection costs one read of a number that does not change any more.
 */
final class FirstRejections {
  /*
   * Memory order: volatile throughout. A key is written before its hash, so a reader that sees the
   * hash sees the key.
   */

  private static final long NONE = 0; // no hash is 0

  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLongArray hashes;
  private final @Nullable String @Nullable [] keys; // null unless keys are shown

  FirstRejections(int most, boolean showKeys) {
    this.hashes = new AtomicLongArray(most);
    this.keys = showKeys ? new @Nullable String[most] : null;
  }

  /** Notes a rejection; false if there is no place any more. */
  boolean add(long hash, String key) {
    int most = hashes.length();
    if (taken.get() >= most) {
      return false;
    }
    int at = taken.getAndIncrement();
    if (at >= most) {
      return false;
    }
    if (keys != null) {
      keys[at] = KeyName.of(hash, key); // no more of it, because clients choose how long it is
    }
    hashes.set(at, hash);
    return true;
  }

  /** Returns how often each key was rejected; a map that the caller may change. */
  Map<Long, RejectedKey> byHash() {
    Map<Long, RejectedKey> all = new LinkedHashMap<>();
    for (int at = 0; at < hashes.length() && at < taken.get(); at++) {
      long hash = hashes.get(at);
      if (hash != NONE) { // else it is about to be written
        String shown = keys == null ? null : keys[at];
        all.merge(hash, new RejectedKey(KeyName.of(hash, shown), 1), RejectedKey::plus);
      }
    }
    return all;
  }
}

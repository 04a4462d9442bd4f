package dev.flowshield.http.answer;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A cache of values that depend on a wait, for the most recent waits.
 *
 * <p>Thread-safe, lock-free. Holds at most {@value #MOST_CACHED} values.
 */
final class WaitCache<T> {

  private static final int MOST_CACHED = 64;

  // The index is the wait modulo the size, because the waits of one moment are close to each other.
  // Two threads may both create a value. The values are equal, and either may stay.
  private final AtomicReferenceArray<@Nullable Cached<T>> cached =
      new AtomicReferenceArray<>(MOST_CACHED);
  private final BiFunction<Long, Long, ? extends T> maker;

  private record Cached<T>(long seconds, long remaining, T value) {}

  /**
   * Creates an empty cache.
   *
   * @param maker creates a value from the seconds and the remaining permits
   */
  WaitCache(BiFunction<Long, Long, ? extends T> maker) {
    this.maker = maker;
  }

  /** Returns the value for a wait in seconds, positive, and the remaining permits. */
  T of(long seconds, long remaining) {
    int index = (int) (seconds % MOST_CACHED);
    Cached<T> known = cached.get(index);
    if (known == null || known.seconds != seconds || known.remaining != remaining) {
      known = new Cached<>(seconds, remaining, maker.apply(seconds, remaining));
      cached.set(index, known);
    }
    return known.value;
  }
}

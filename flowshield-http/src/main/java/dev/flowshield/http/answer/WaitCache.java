package dev.flowshield.http.answer;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a wait, kept for the waits asked for last and shared.
 *
 * <p>Thread-safe, lock-free. Holds at most {@value #MOST_KEPT} of them.
 */
public final class WaitCache<T> {

  private static final int MOST_KEPT = 64;

  // The place is the wait modulo the size: of long waits too, those of one moment are close to each
  // other. Two threads may both make an answer; they are alike, and either may stay.
  private final AtomicReferenceArray<@Nullable Kept<T>> kept =
      new AtomicReferenceArray<>(MOST_KEPT);
  private final BiFunction<Long, Long, ? extends T> maker;

  private record Kept<T>(long seconds, long remaining, T said) {}

  /**
   * Keeps what this makes.
   *
   * @param maker makes it of the seconds and of the permits that are left
   */
  public WaitCache(BiFunction<Long, Long, ? extends T> maker) {
    this.maker = maker;
  }

  /** What is said of a wait in seconds, positive, and of the permits that are left. */
  public T of(long seconds, long remaining) {
    int index = (int) (seconds % MOST_KEPT);
    Kept<T> known = kept.get(index);
    if (known == null || known.seconds != seconds || known.remaining != remaining) {
      known = new Kept<>(seconds, remaining, maker.apply(seconds, remaining));
      kept.set(index, known);
    }
    return known.said;
  }
}

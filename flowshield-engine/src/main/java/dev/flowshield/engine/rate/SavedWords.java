package dev.flowshield.engine.rate;

import dev.flowshield.spi.RateAlgorithm;

/**
 * The words of a limit as an earlier process saved them, by a ticker with another origin.
 *
 * <p>A word is saved as its distance from the idle word at the moment of the save. Windows that are
 * not aligned to the calendar are saved with their phase, too. The wall clock says how long ago
 * that moment is; permits that have come back since are not owed any more.
 *
 * <p>Immutable, pure.
 */
public final class SavedWords {

  private final RateAlgorithm then;
  private final long down;
  private final long now;

  /**
   * The words of a save.
   *
   * @param limit the limit at that time, as a limiter would keep it now
   * @param phase how far into a window the save was
   * @param down how long ago the save was, in nanoseconds; 0 or more
   * @param now the current reading of the ticker
   */
  public SavedWords(RateAlgorithm limit, long phase, long down, long now) {
    this.then =
        limit instanceof SlidingWindow windows ? windows.startingAt(now - down - phase) : limit;
    this.down = down;
    this.now = now;
  }

  /**
   * Returns the name of an algorithm whose words can be saved.
   *
   * @throws IllegalArgumentException if it is another one; a limiter of such an algorithm has no
   *     snapshot
   */
  public static String kind(RateAlgorithm algorithm) {
    if (algorithm instanceof Gcra) {
      return "token-bucket";
    }
    if (algorithm instanceof FixedWindow) {
      return "fixed-window";
    }
    if (algorithm instanceof SlidingWindow) {
      return "sliding-window";
    }
    throw new IllegalArgumentException("algorithm of a snapshot must be token-bucket, fixed-window"
        + " or sliding-window, got " + algorithm + ": leave the limit out of the snapshot");
  }

  /**
   * Returns how far into a window a time is, for windows that are not aligned to the calendar; else
   * 0.
   */
  public static long phase(RateAlgorithm algorithm, long now) {
    return algorithm instanceof SlidingWindow windows ? windows.into(now) : 0;
  }

  /** Returns the distance of a word from the idle word; 0 if nothing is owed. */
  public static long owed(RateAlgorithm algorithm, long word, long now) {
    return algorithm.isIdle(word, now) ? 0 : word - algorithm.idle(now);
  }

  /** Returns the word of another limit for a key that owed this much then. */
  public long word(long owed, RateAlgorithm next) {
    if (owed == 0 || isOver(owed)) {
      return next.idle(now);
    }
    return new Conversion(then, next).word(then.idle(now - down) + (owed & ~1L), now);
  }

  private boolean isOver(long owed) {
    return then instanceof Gcra gcra
        ? gcra.isOver(owed, down)
        : then instanceof FixedWindow window
            ? window.isOver(owed, down)
            : then instanceof SlidingWindow windows && windows.isOver(owed, down);
  }
}

package dev.flowshield.engine.rate;

import dev.flowshield.RateLimit;

/**
 * Time cut into windows of one length, and their numbers in the upper bits of a word.
 *
 * <p>Window 0 begins at the anchor, a reading of the ticker; earlier ones have negative numbers. A
 * word holds the number modulo 2^(64 - shift), so the numbers wrap around. A word's window is ahead
 * of the time by at most 1/128 of a turn; otherwise it is past. A word is ahead because of waiters,
 * because of a charge, or because the clock stepped back.
 *
 * <p>Valid for 292 years before and after the anchor. Immutable, pure, constant time.
 *
 * @param anchor when window 0 begins, in ticker nanoseconds
 * @param length of a window, in nanoseconds
 * @param shift the bits of a word below the number of the window
 */
record Windows(long anchor, long length, int shift) {

  private static final long HOUR = 3_600_000_000_000L;

  /** Rejects a limit that no kind of window can keep. */
  static void requireWindow(RateLimit limit, String name) {
    Gcra.requireRate(limit);
    if (limit.burst() != limit.permits()) {
      throw new IllegalArgumentException("burst must be " + limit.permits()
          + ", the permits of the period, for a " + name + ", got " + limit.burst()
          + ": leave the burst out, or choose a token-bucket");
    }
  }

  /**
   * Returns the fewest bits below the number such that numbers do not wrap around before the ticker
   * does.
   */
  static int shiftWithoutTurn(long length) {
    return 63 - Long.numberOfLeadingZeros(length);
  }

  /**
   * Returns the word of a key without a count: the number of the window at this time, and nothing
   * below.
   */
  long word(long now) {
    return Math.floorDiv(now - anchor, length) << shift;
  }

  /**
   * Returns whether the windows of both begin and end at the same times, whatever the bits of their
   * numbers.
   */
  boolean areThoseOf(Windows other) {
    return anchor == other.anchor && length == other.length;
  }

  /** Returns the nanoseconds since the window at this time began. */
  long into(long now) {
    return Math.floorMod(now - anchor, length);
  }

  /** Returns the number of windows by which a word is later than another; may be negative. */
  long between(long earlier, long later) {
    return (((later >> shift) - (earlier >> shift)) << shift) >> shift;
  }

  /**
   * Returns the most windows by which a word can be ahead; one further ahead was unused for most of
   * a turn.
   */
  long farthest() {
    return 1L << (64 - 7 - shift);
  }

  /**
   * Returns how many windows a charge reaches beyond the one that it is made in: an hour, or one
   * window if that is longer.
   */
  long chargeable() {
    return Math.max(1, (HOUR + length - 1) / length);
  }

  /**
   * Returns whether a word that was this far from idle certainly counts no more, this long after.
   */
  boolean isOver(long owed, long after) {
    return after / length >= (owed >> shift) + 2;
  }

  /** Returns the word this many windows later, with nothing below the number. */
  long later(long word, long windows) {
    return ((word >> shift) + windows) << shift;
  }
}

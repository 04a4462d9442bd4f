package dev.flowshield.engine.keyed;

/**
 * Which part of a table a key belongs to, and which overflow word it takes from without a slot. The
 * words of all parts are numbered consecutively.
 */
public final class Overflow {

  /** The number of words in all parts of a table together. */
  public static final int WORDS = 1024;

  /** The lowest of the bits of a hash that choose a word. */
  static final int WORD_SHIFT = 46;

  private static final int SEGMENT_SHIFT = 56;

  private Overflow() {}

  /** Returns the part that a key belongs to, in a table of this many, a power of two. */
  static int segment(int segments, long hash) {
    return (int) (hash >>> SEGMENT_SHIFT) & (segments - 1);
  }

  /** Returns a hash that has the word of this number, in a table of this many parts. */
  public static long hash(int segments, int number) {
    return (long) (number & (segments - 1)) << SEGMENT_SHIFT
        | (long) (number / segments) << WORD_SHIFT;
  }

  /** Returns whether any key has both of these words, each in a table of that many parts. */
  public static boolean meet(int segments, int number, int otherSegments, int otherNumber) {
    int parts = Math.min(segments, otherSegments) - 1; // the bits by which both choose a part
    int words = WORDS / Math.max(segments, otherSegments) - 1;
    return ((number ^ otherNumber) & parts) == 0
        && ((number / segments ^ otherNumber / otherSegments) & words) == 0;
  }
}

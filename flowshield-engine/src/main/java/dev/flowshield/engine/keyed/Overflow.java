package dev.flowshield.engine.keyed;

/**
 * Which part of a table a key belongs to, and which of the overflow words it goes by without a
 * slot. The words of all parts are numbered through.
 */
public final class Overflow {

  /** How many words all parts of a table have together. */
  public static final int WORDS = 1024;

  /** Where the bits of a hash begin that choose a word. */
  static final int WORD_SHIFT = 46;

  private static final int SEGMENT_SHIFT = 56;

  private Overflow() {}

  /** The part of a table of so many, a power of two. */
  static int segment(int segments, long hash) {
    return (int) (hash >>> SEGMENT_SHIFT) & (segments - 1);
  }

  /** A hash that goes by the word of this number, in a table of so many parts. */
  public static long hash(int segments, int number) {
    return (long) (number & (segments - 1)) << SEGMENT_SHIFT
        | (long) (number / segments) << WORD_SHIFT;
  }

  /** Whether there are keys that go by both of two words, of tables of so many parts. */
  public static boolean meet(int segments, int number, int otherSegments, int otherNumber) {
    int parts = Math.min(segments, otherSegments) - 1; // bits that both choose by
    int words = WORDS / Math.max(segments, otherSegments) - 1;
    return ((number ^ otherNumber) & parts) == 0
        && ((number / segments ^ otherNumber / otherSegments) & words) == 0;
  }
}

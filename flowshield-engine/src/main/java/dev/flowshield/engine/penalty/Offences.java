package dev.flowshield.engine.penalty;

/**
 * The offences of one key in one 64-bit word, and the pure step from word to word at each breach.
 *
 * <pre>
 *   63 ............ 20 | 19 ..... 15 | 14 ....... 0
 *        instant       |    level    |   breaches
 *
 *   counting   breaches &gt; 0                the instant is that of the first of them
 *   blocked    breaches = 0, level &gt; 0     the instant is when the block ends
 *   nothing    0
 * </pre>
 *
 * <p><b>Breaches.</b> The first breach opens a span in which all breaches are counted; the first
 * one after the span opens another. So no key is blocked for fewer breaches in a span than were
 * set, and a key with at least twice as many less one in any span is always blocked.
 *
 * <p><b>Level.</b> The blocks that still count. A block of level n lasts {@code min(longest, first
 * * 2^(n-1))}. A key without a breach for as long as a block of its level lasts steps down by one.
 * That time begins at the end of the block, or of the last span with a breach. Everything is
 * forgotten in less than three times the longest block.
 *
 * <p><b>Time.</b> Ticker nanoseconds to the millisecond (2^20 ns): a block is up to one longer, a
 * span up to one shorter than was set. Time may wrap. A clock that steps back makes a block, or a
 * span, at most twice as long. A word further ahead reads as nothing, so no step of the clock
 * blocks a key permanently; when the clock has caught up, the word counts again.
 *
 * <p>Immutable, allocates nothing.
 */
final class Offences {

  /** No offences. */
  static final long NOTHING = 0;

  private static final int LEVEL_AT = 15;
  private static final int INSTANT_AT = 20;
  private static final long BREACHES = (1L << LEVEL_AT) - 1;
  private static final long LEVELS = (1L << (INSTANT_AT - LEVEL_AT)) - 1;
  private static final long BELOW_INSTANT = (1L << INSTANT_AT) - 1;

  private final int breaches;
  private final long within;
  private final long firstBlock;
  private final long longestBlock;
  private final int topLevel;

  /**
   * Durations in nanoseconds, from a second to 366 days: then 27 levels are enough, and twice a
   * block is far from overflow.
   *
   * @param breaches the number that blocks a key, 1 to 10,000
   */
  Offences(int breaches, long within, long firstBlock, long longestBlock) {
    this.breaches = breaches;
    this.within = within;
    this.firstBlock = firstBlock;
    this.longestBlock = longestBlock;
    int level = 1;
    while (firstBlock << (level - 1) < longestBlock) {
      level++;
    }
    this.topLevel = level;
  }

  /** Returns the word after a breach of a key that is not blocked. */
  long breach(long word, long now) {
    int level = level(word, now);
    int count = breaches(word, now) + 1;
    if (count >= breaches) {
      int higher = Math.min(level + 1, topLevel);
      return word(now + block(higher) + BELOW_INSTANT, higher, 0);
    }
    return word(count == 1 ? now : instant(word), level, count);
  }

  /**
   * Returns the word with a block of this length, at the lowest level that may last so long, and at
   * the level of the key at least. A block that ends later stays.
   */
  long block(long word, long duration, long now) {
    if (blockedForNanos(word, now) >= duration) {
      return word;
    }
    int level = Math.max(1, level(word, now));
    while (block(level) < duration) {
      level++;
    }
    return word(now + duration + BELOW_INSTANT, level, 0);
  }

  /** Returns how long the key is still blocked, in nanoseconds; 0 if it is not. */
  long blockedForNanos(long word, long now) {
    return isBlock(word) && isOfThisTime(word, now) ? Math.max(0, instant(word) - now) : 0;
  }

  /** Returns the blocks that count against the key. */
  int level(long word, long now) {
    if (!isOfThisTime(word, now)) {
      return 0;
    }
    int level = levelThen(word);
    long clean = now - instant(word) - (isBlock(word) ? 0 : within);
    while (level > 0 && clean >= block(level)) {
      clean -= block(level);
      level--;
    }
    return level;
  }

  /** Returns the breaches that count towards the next block. */
  int breaches(long word, long now) {
    return isOfThisTime(word, now) && now - instant(word) < within ? breachesThen(word) : 0;
  }

  /** Returns the time at which the block of a word ends. */
  static long instant(long word) {
    return word & ~BELOW_INSTANT;
  }

  private boolean isOfThisTime(long word, long now) {
    long farthest = isBlock(word) ? 2 * block(levelThen(word)) : within;
    return word != NOTHING && instant(word) - now <= farthest;
  }

  private long block(int level) {
    return Math.min(longestBlock, firstBlock << (level - 1));
  }

  private static boolean isBlock(long word) {
    return breachesThen(word) == 0 && levelThen(word) > 0;
  }

  private static int levelThen(long word) {
    return (int) ((word >>> LEVEL_AT) & LEVELS);
  }

  private static int breachesThen(long word) {
    return (int) (word & BREACHES);
  }

  private static long word(long instant, int level, int breaches) {
    return instant(instant) | ((long) level << LEVEL_AT) | breaches;
  }
}

package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * One word with cells beside it. The cells hold permits taken from the word beforehand, so most
 * threads take from a cell of their own without reading the clock. Without cells it is one plain
 * word.
 *
 * <p>Thread-safe, lock-free, allocates nothing. Each cell has two cache lines to itself, and so has
 * the word.
 */
final class StripedWord extends Words {
  /*
   * State, all in one array, at distances of 128 bytes:
   *
   *   word    what the algorithm of these words remembers: even; or MOVING, once they are replaced
   *   cells   each: permits taken from the word and not used yet, 0 .. perCell; or CLAIMED, while
   *           one thread holds what was in the cell
   *
   * Invariants
   *   H1  Permits are put only into a cell that the same thread has claimed, and never more than
   *       perCell.
   *   H2  A cell is claimed before the reading of the clock by which it is filled. So permits that
   *       were taken by a reading before some instant and are used after it are, at that instant,
   *       in cells or in the room of claimed cells: at most cells * perCell.
   *   H3  The algorithm of these words has the rate of the whole limit, and its burst less cells *
   *       perCell.
   *   H4  A thread releases its claim before it waits for anything.
   *   H5  Before cells are replaced, all are claimed for good, and then the word is frozen
   *       (MOVING).
   *
   * Why it is exact. Permits used between two instants were taken from the word by a reading before
   * the first instant, at most cells * perCell (H2); or by a later reading, at most the burst of
   * the word plus the refill (Words). The sum is the whole burst plus the refill (H3). It does not
   * depend on when permits left the cells, so that time is not recorded.
   *
   * Why the burst may be short. As that time is not recorded, a permit counts as if it had left its
   * cell now. So after an idle time, what was taken from the cells since they were filled is not
   * back yet: at most cells * perCell.
   *
   * Cells are filled only while the word has more permits than all of them hold. So scarce permits
   * are in the word, or in a cell where other threads find them, and hardly ever held by a thread
   * that fills a cell.
   *
   * Memory order: volatile throughout.
   */

  /** The index of the word. */
  static final int WORD = 16;

  /** The owner of the word, which serves all keys alike. */
  static final long ALL = 0;

  /** The cells hold at most one part in this many of the burst. */
  static final int PARTS = 64;

  /** In a cell: one thread holds its permits, or the cell is no longer used. */
  static final long CLAIMED = -1;

  /**
   * The longs from one cell to the next: two cache lines, because processors prefetch lines in
   * pairs.
   */
  static final int DISTANCE = 16;

  private static final int FIRST_CELL = WORD + DISTANCE;
  private static final long MOST_PER_CELL = 64; // more is hardly faster
  private static final long LEAST_PER_CELL = 16; // fewer are hardly worth their cost

  // 2^64 / golden ratio: multiples of it lie far apart, and so do the cells of threads with
  // successive ids.
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final RateAlgorithm whole;
  private final int count; // of cells: a power of two, 2 to 64; or 0
  private final long perCell;

  private StripedWord(RateAlgorithm whole, RateAlgorithm ofWord, int count, long perCell) {
    super(ofWord, new long[FIRST_CELL + count * DISTANCE + 2]);
    this.whole = whole;
    this.count = count;
    this.perCell = perCell;
  }

  /** Returns one plain word, without cells. */
  static StripedWord none(RateAlgorithm algorithm, long word) {
    StripedWord none = new StripedWord(algorithm, algorithm, 0, 0);
    none.word(WORD, word);
    return none;
  }

  /**
   * Creates as many cells as the burst allows, and fills them from the permits that remain by a
   * word of the whole algorithm.
   *
   * @param most cells, a power of two
   */
  static StripedWord of(RateAlgorithm algorithm, int most, long word, long now) {
    long prepaid = algorithm.burst() / PARTS;
    int count = (int) Math.min(most, Long.highestOneBit(prepaid / LEAST_PER_CELL));
    return count > 1 && algorithm instanceof Gcra gcra
        ? filled(gcra, count, Math.min(MOST_PER_CELL, prepaid / count), word, now)
        : none(algorithm, word);
  }

  /** Creates this many cells with room for this many permits each. */
  static StripedWord filled(Gcra algorithm, int count, long perCell, long word, long now) {
    long most = count * perCell;
    Gcra rest = algorithm.withBurst(algorithm.burst() - most);
    StripedWord cells = new StripedWord(algorithm, rest, count, perCell);
    long start = algorithm.isIdle(word, now) ? algorithm.idle(now) : word;
    long prepaid = Math.min(most, algorithm.remaining(start, now));
    long taken = prepaid == 0 ? start : algorithm.step(start, now, prepaid);
    // `taken` counts from the whole burst and the word from the rest, so this shifts the origin of
    // the count and refunds nothing.
    cells.word(WORD, algorithm.refund(taken, taken, 0, now, most));
    cells.release(cells.allCells(), prepaid);
    return cells;
  }

  /** Returns the number of cells. */
  int count() {
    return count;
  }

  /** Returns the algorithm of the whole limit. */
  RateAlgorithm whole() {
    return whole;
  }

  /** Returns whether this is one plain word. */
  boolean isPlain() {
    return count == 0;
  }

  /** Returns the most permits that can be taken at once from the word alone. */
  long mostAtOnce() {
    return count == 0 ? Long.MAX_VALUE : algorithm().burst();
  }

  /** Returns the word, or {@link #MOVING}. */
  long word() {
    return word(WORD);
  }

  /**
   * Takes permits from the plain word: {@link Words#take(int, long, Ticker, long, AnswerFactory)}.
   */
  <T> @Nullable T take(Ticker ticker, long permits, AnswerFactory<T> answer) {
    return take(WORD, ALL, ticker, permits, answer);
  }

  /**
   * Takes permits from the word by a reading of the clock: {@link Words#tryTake(int, long, long,
   * long)}.
   */
  long tryTake(long now, long permits) {
    return tryTake(WORD, ALL, now, permits);
  }

  /**
   * Takes permits: from the word, from a cell, or some from each.
   *
   * @return the word after it, or before it if they came from cells;
   *     {@link RateAlgorithm#REJECTED}; or {@link #MOVING}
   */
  long take(Ticker ticker, long permits) {
    while (true) {
      long seen = word();
      if (seen == MOVING) {
        return seen;
      }
      long now = ticker.nanos(); // after the word, as in Words
      long taken = take(ticker, seen, now, permits);
      if (taken != REJECTED || word() == seen) {
        return taken;
      }
    }
  }

  private long take(Ticker ticker, long seen, long now, long permits) {
    if (algorithm().step(seen, now, permits) != REJECTED) {
      return hasPlenty(seen, now, permits) ? takeAndFill(ticker, permits) : tryTake(now, permits);
    }
    if (algorithm().isIdle(seen, now)) { // unused for so long that the clock has wrapped around
      long renewed = algorithm().step(algorithm().idle(now), now, permits);
      return exchange(WORD, seen, renewed) == seen ? renewed : REJECTED;
    }
    if (rejects(whole, folded(seen, now), now, permits)) {
      return REJECTED;
    }
    for (int i = 0; i < count; i++) {
      if (takeFrom(cell(i), permits)) {
        return seen;
      }
    }
    return collect(null, now, permits);
  }

  private boolean hasPlenty(long seen, long now, long permits) {
    long plenty = permits + perCell + count * perCell;
    return count > 0 && algorithm().step(seen, now, plenty) != REJECTED;
  }

  private long takeAndFill(Ticker ticker, long permits) {
    int own = own();
    long held = claim(own);
    if (held == CLAIMED) { // by another thread that fills it
      return tryTake(ticker.nanos(), permits);
    }
    long left = held;
    try {
      long now = ticker.nanos(); // a new reading: H2
      long taken = tryTake(now, permits + perCell - held);
      left = isWord(taken) ? perCell : held;
      return taken;
    } finally { // also when a custom ticker throws
      word(own, left);
    }
  }

  /** Takes permits that were used already: first those of the cells. Under the lock. */
  void charge(Ticker ticker, long permits) {
    collect(ticker, 0, permits);
  }

  /**
   * Takes permits from the cells, and the rest from the word: as {@link #take(Ticker, long)}, or if
   * there is a ticker, as a charge.
   */
  private long collect(@Nullable Ticker charging, long now, long permits) {
    long before = word();
    long claimed = 0;
    long held = 0;
    long used = 0;
    try {
      for (int i = 0; i < count && held < permits; i++) {
        long found = word(cell(i)) > 0 ? claim(cell(i)) : CLAIMED;
        if (found != CLAIMED) {
          claimed |= 1L << i;
          held += found;
        }
      }
      if (held >= permits) {
        used = permits;
        return before;
      }
      long taken =
          charging == null ? tryTake(now, permits - held) : charged(charging, permits - held);
      used = isWord(taken) ? held : 0;
      return taken;
    } finally { // also when a custom ticker throws: close() waits for every claim
      release(claimed, held - used);
    }
  }

  private long charged(Ticker ticker, long permits) {
    rewrite(WORD, ticker, (algorithm, word, now) -> algorithm.charge(word, now, permits));
    return word();
  }

  private static boolean isWord(long taken) {
    return taken != REJECTED && taken != MOVING;
  }

  /** Returns the wait until the permits are there; 0 if they are there now. */
  long retryAfterNanos(long seen, long now, long permits) {
    if (hasInOwn(permits) || !rejects(algorithm(), seen, now, permits)) {
      return 0;
    }
    long word = folded(seen, now);
    return rejects(whole, word, now, permits) ? whole.retryAfterNanos(word, now, permits) : 0;
  }

  /** Returns the word of the whole algorithm: as if nothing had been put into the cells. */
  long folded(long seen, long now) {
    return folded(seen, now, held());
  }

  /** Returns the word of the whole algorithm, for cells that hold this many permits. */
  long folded(long seen, long now, long held) {
    long used = count * perCell - held;
    return used == 0 ? seen : whole.charge(seen, now, used);
  }

  /** Returns the index of a cell. */
  int cell(int number) {
    return FIRST_CELL + number * DISTANCE;
  }

  /** Returns the cell of this thread. */
  int own() {
    int bitsBelow = Long.numberOfLeadingZeros(count) + 1; // its uppermost bits choose the cell
    return cell((int) ((Thread.currentThread().getId() * GOLDEN) >>> bitsBelow));
  }

  /** Takes permits from the thread's own cell, if it holds as many. */
  boolean takeFromOwn(long permits) {
    return count > 0 && takeFrom(own(), permits);
  }

  /** Takes permits from a cell, if it holds as many. */
  boolean takeFrom(int cell, long permits) {
    long seen = word(cell);
    while (seen >= permits) {
      long found = exchange(cell, seen, seen - permits);
      if (found == seen) {
        return true;
      }
      seen = found;
    }
    return false;
  }

  /** Returns whether the thread's own cell holds as many permits. */
  boolean hasInOwn(long permits) {
    return count > 0 && word(own()) >= permits;
  }

  /** Returns the permits in all cells. */
  long held() {
    long held = 0;
    for (int i = 0; i < count; i++) {
      held += Math.max(0, word(cell(i)));
    }
    return held;
  }

  /** Claims a cell. Returns its permits, or CLAIMED if another thread has claimed it. */
  long claim(int cell) {
    long seen = word(cell);
    while (seen != CLAIMED) {
      long found = exchange(cell, seen, CLAIMED);
      if (found == seen) {
        return seen;
      }
      seen = found;
    }
    return CLAIMED;
  }

  /** Releases claimed cells and puts permits into them, for which they have room. */
  void release(long claimed, long permits) {
    long left = permits;
    for (long rest = claimed; rest != 0; rest &= rest - 1) {
      long some = Math.min(perCell, left);
      word(cell(Long.numberOfTrailingZeros(rest)), some);
      left -= some;
    }
  }

  /** Claims all cells for good. Returns the permits that they held. */
  long close() {
    long held = 0;
    for (int i = 0; i < count; i++) {
      long found = claim(cell(i));
      while (found == CLAIMED) { // the claim lasts a few instructions (H4)
        Thread.onSpinWait();
        found = claim(cell(i));
      }
      held += found;
    }
    return held;
  }

  /** Returns all cells, as a bit set for {@link #release}. */
  long allCells() {
    return count == 0 ? 0 : -1L >>> -count;
  }
}

package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * One word, and cells beside it that hold permits which were taken from the word beforehand: most
 * threads take from a cell of their own, without a look at the clock. Without cells it is one plain
 * word.
 *
 * <p>Thread-safe, lock-free, allocates nothing. A cell lies alone on two cache lines, as does the
 * word.
 */
final class StripedWord extends Cells {
  /*
   * State, all in one array, at distances of 128 bytes:
   *
   *   word    what the algorithm of these words remembers: even; or MOVING, once they are replaced
   *   cells   as Cells has them
   *
   * Invariants (of a cell: Cells, H1 and H4)
   *   H2  A cell is claimed before the clock is read by which it is filled. So permits that were
   *       taken by a reading before some instant, and are used after it, stand in the cells at that
   *       instant, or in the room of those claimed: at most cells * perCell.
   *   H3  The algorithm of these words has the rate of the whole limit, and its burst less cells *
   *       perCell.
   *   H5  Cells that are replaced are claimed first, for good, and then the word is frozen
   *       (MOVING).
   *
   * Why exact. What is used between two instants was taken from the word by a reading before the
   * first of them, which is at most cells * perCell (H2); or by a reading since, which is at most
   * the burst of the word and the refill (Words). Together that is the whole burst and the refill
   * (H3), whenever the permits left the cells; so that time need not be known.
   *
   * Why the burst may be short. As the time at which a permit left a cell is not known, it counts
   * as if that were now. What was taken from the cells since they were filled is thus not back yet
   * after a rest: at most cells * perCell.
   *
   * Cells are filled only while the word has more than all of them hold. So permits that are few
   * are in the word, or in a cell where other threads find them, and hardly ever in the hand of a
   * thread that fills.
   *
   * Memory order: volatile throughout.
   */

  /** Where the word is. */
  static final int WORD = 16;

  /** The owner of the word, which needs none. */
  static final long ALL = 0;

  /** The cells hold at most this part of the burst. */
  static final int PARTS = 64;

  private static final int FIRST_CELL = WORD + DISTANCE;
  private static final long MOST_PER_CELL = 64; // more makes little faster
  private static final long LEAST_PER_CELL = 16; // fewer make it hardly worth while

  private final RateAlgorithm whole;

  private StripedWord(RateAlgorithm whole, RateAlgorithm ofWord, int count, long perCell) {
    super(ofWord, FIRST_CELL, count, perCell);
    this.whole = whole;
  }

  /** One plain word. */
  static StripedWord none(RateAlgorithm algorithm, long word) {
    StripedWord none = new StripedWord(algorithm, algorithm, 0, 0);
    none.word(WORD, word);
    return none;
  }

  /**
   * As many cells as the burst affords, with as much of what is left by a word of the whole
   * algorithm as they hold.
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

  /** So many cells of so many permits. */
  static StripedWord filled(Gcra algorithm, int count, long perCell, long word, long now) {
    long most = count * perCell;
    Gcra rest = algorithm.withBurst(algorithm.burst() - most);
    StripedWord cells = new StripedWord(algorithm, rest, count, perCell);
    long start = algorithm.isIdle(word, now) ? algorithm.idle(now) : word;
    long prepaid = Math.min(most, algorithm.remaining(start, now));
    long taken = prepaid == 0 ? start : algorithm.step(start, now, prepaid);
    // As `taken` counts from the whole burst, and the word from the rest: nothing is given, the
    // count begins elsewhere.
    cells.word(WORD, algorithm.giveBack(taken, taken, 0, now, most));
    cells.release(cells.allCells(), prepaid);
    return cells;
  }

  /** The algorithm of the whole limit. */
  RateAlgorithm whole() {
    return whole;
  }

  /** Whether this is one plain word. */
  boolean isPlain() {
    return count() == 0;
  }

  /** The most permits that can be taken at once from the word alone. */
  long mostAtOnce() {
    return count() == 0 ? Long.MAX_VALUE : algorithm().burst();
  }

  /** The word, or {@link #MOVING}. */
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
    if (algorithm().isIdle(seen, now)) { // left alone for so long that the clock came round
      long renewed = algorithm().step(algorithm().idle(now), now, permits);
      return exchange(WORD, seen, renewed) == seen ? renewed : REJECTED;
    }
    if (rejects(whole, folded(seen, now), now, permits)) {
      return REJECTED;
    }
    for (int i = 0; i < count(); i++) {
      if (takeFrom(cell(i), permits)) {
        return seen;
      }
    }
    return collect(null, now, permits);
  }

  private boolean hasPlenty(long seen, long now, long permits) {
    long plenty = permits + perCell() + count() * perCell();
    return count() > 0 && algorithm().step(seen, now, plenty) != REJECTED;
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
      long taken = tryTake(now, permits + perCell() - held);
      left = isWord(taken) ? perCell() : held;
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
      for (int i = 0; i < count() && held < permits; i++) {
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
    } finally { // also at the end of the stack: close() waits for every claim
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

  /** How long the permits are not there yet; 0 if they are. */
  long retryAfterNanos(long seen, long now, long permits) {
    if (hasInOwn(permits) || !rejects(algorithm(), seen, now, permits)) {
      return 0;
    }
    long word = folded(seen, now);
    return rejects(whole, word, now, permits) ? whole.retryAfterNanos(word, now, permits) : 0;
  }

  /**
   * What the whole algorithm would remember: the word, as if the cells were empty and nothing had
   * been put into them.
   */
  long folded(long seen, long now) {
    return folded(seen, now, held());
  }

  /** As {@link #folded(long, long)}, of cells that hold so many permits. */
  long folded(long seen, long now, long held) {
    long used = count() * perCell() - held;
    return used == 0 ? seen : whole.charge(seen, now, used);
  }

  /** Takes an end back: {@link #close}, and then the word was frozen. */
  void reopen(long frozen, long held) {
    word(WORD, frozen);
    release(allCells(), held);
  }
}

package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;

/**
 * One allowance on one word and several cells of permits that were taken from the word beforehand, so that most threads take from a cell of
 * their own, without a look at the clock.
 *
 * <p>Thread-safe, lock-free, allocates nothing. A cell lies alone on two cache lines, as does the word.
 */
final class Stripes {
  /*
   * State, all in one array, at distances of 128 bytes:
   *
   *   word    what the algorithm `shared` remembers: even; or MOVING, once these stripes are replaced
   *   cells   permits taken from the word and not used yet, 0 .. perCell; or CLAIMED, by a thread that has what was in it in hand
   *
   * Invariants
   *   H1  Permits are put only into a cell that the same thread has claimed, and never more than perCell.
   *   H2  A cell is claimed before the clock is read by which it is filled. So permits that were taken by a reading before some instant, and are
   *       used after it, stand in the cells at that instant, or in the room of those claimed: at most cells * perCell.
   *   H3  `shared` has the rate of the whole limit, and its burst less cells * perCell.
   *   H4  A claim is given up before its thread waits for anything.
   *   H5  Stripes that are replaced have every cell claimed first, for good, and then their word frozen (MOVING).
   *
   * Why exact. What is used between two instants was taken from the word by a reading before the first of them, which is at most cells *
   * perCell (H2); or by a reading since, which is at most the burst of `shared` and the refill (Slots). Together that is the whole burst and the
   * refill (H3), whenever the permits left the cells; so nobody needs to know when.
   *
   * Why the burst may be short. Since nobody knows when a permit left a cell, it counts as if that were now. What was taken from the cells since
   * they were filled is thus not back yet after a rest: at most cells * perCell.
   *
   * Cells are filled only while the word has more than all of them hold. So permits that are few are in the word, or in a cell where others
   * find them, and hardly ever in the hand of a thread that fills.
   *
   * Memory order: volatile throughout.
   */

  /** In a cell: its permits are in some thread's hand, or the cell is gone. */
  private static final long CLAIMED = -1;

  // In longs: one slot for two cache lines, since neighbours are fetched in pairs.
  private static final int DISTANCE = 16;
  private static final int WORD = DISTANCE;
  private static final int FIRST_CELL = 2 * DISTANCE;
  private static final long NOBODY = 0;

  // 2^64 / golden ratio: multiples of it lie far apart, so threads made one after the other do,
  // too.
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final Ticker ticker;
  private final RateAlgorithm whole;
  private final RateAlgorithm shared;
  private final int cells; // a power of two, 2 to 64; or none
  private final long perCell;
  private final long[] slots;

  private Stripes(
      RateAlgorithm whole, RateAlgorithm shared, Ticker ticker, int cells, long perCell) {
    this.ticker = ticker;
    this.whole = whole;
    this.shared = shared;
    this.cells = cells;
    this.perCell = perCell;
    this.slots = new long[FIRST_CELL + (cells + 1) * DISTANCE];
  }

  /** All on one word. */
  static Stripes none(RateAlgorithm algorithm, Ticker ticker, long word) {
    Stripes stripes = new Stripes(algorithm, algorithm, ticker, 0, 0);
    Slots.word(stripes.slots, WORD, word);
    return stripes;
  }

  /** With as much of what is left by a word of the whole algorithm in the cells as they hold. */
  static Stripes of(Gcra algorithm, Ticker ticker, int cells, long perCell, long word, long now) {
    long most = cells * perCell;
    Gcra rest = algorithm.withBurst(algorithm.maxPermits() - most);
    Stripes stripes = new Stripes(algorithm, rest, ticker, cells, perCell);
    long start = algorithm.isIdle(word, now) ? algorithm.idle(now) : word;
    long prepaid = Math.min(most, algorithm.remaining(start, now));
    long taken = prepaid == 0 ? start : algorithm.step(start, now, prepaid);
    // As `taken` counts from the whole burst, and `shared` from the rest: nothing is given, the
    // count begins elsewhere.
    Slots.word(stripes.slots, WORD, algorithm.giveBack(taken, taken, 0, now, most));
    stripes.release(stripes.allCells(), prepaid);
    return stripes;
  }

  /** The algorithm of the whole limit. */
  RateAlgorithm whole() {
    return whole;
  }

  /** The most permits that can be had at once from the word alone. */
  long mostAtOnce() {
    return cells == 0 ? Long.MAX_VALUE : shared.maxPermits();
  }

  /** The word, or {@link Slots#MOVING}. */
  long word() {
    return Slots.word(slots, WORD);
  }

  /** Takes permits from the thread's own cell, if it has as many. */
  boolean takeFromOwn(long permits) {
    return cells > 0 && takeFrom(own(), permits);
  }

  private boolean takeFrom(int cell, long permits) {
    long seen = Slots.word(slots, cell);
    while (seen >= permits) {
      long found = Slots.exchange(slots, cell, seen, seen - permits);
      if (found == seen) {
        return true;
      }
      seen = found;
    }
    return false;
  }

  /**
   * Takes permits: from the word, from a cell, or some from each.
   *
   * @return the word after it, or before it if they came from cells; {@link RateAlgorithm#REJECTED}; or {@link Slots#MOVING}
   */
  long take(long permits) {
    while (true) {
      long seen = word();
      if (seen == Slots.MOVING) {
        return seen;
      }
      long now = ticker.nanos(); // after the word, as in Slots
      long taken = tryTake(seen, now, permits);
      if (taken != REJECTED || word() == seen) {
        return taken;
      }
    }
  }

  private long tryTake(long seen, long now, long permits) {
    if (shared.step(seen, now, permits) != REJECTED) {
      return hasPlenty(seen, now, permits) ? takeAndFill(permits) : takeFromWord(now, permits);
    }
    if (shared.isIdle(seen, now)) { // left alone for so long that the clock came round
      long renewed = shared.step(shared.idle(now), now, permits);
      return Slots.exchange(slots, WORD, seen, renewed) == seen ? renewed : REJECTED;
    }
    if (Slots.rejects(whole, folded(seen, now), now, permits)) {
      return REJECTED;
    }
    for (int i = 0; i < cells; i++) {
      if (takeFrom(cell(i), permits)) {
        return seen;
      }
    }
    return gather(now, permits);
  }

  private boolean hasPlenty(long seen, long now, long permits) {
    long plenty = permits + perCell + cells * perCell;
    return cells > 0 && shared.step(seen, now, plenty) != REJECTED;
  }

  private long takeAndFill(long permits) {
    int own = own();
    long held = claim(own);
    if (held == CLAIMED) { // by another thread that fills it
      return takeFromWord(ticker.nanos(), permits);
    }
    long left = held;
    try {
      long now = ticker.nanos(); // a new reading: H2
      long taken = takeFromWord(now, permits + perCell - held);
      left = isWord(taken) ? perCell : held;
      return taken;
    } finally { // also when somebody's ticker throws
      Slots.word(slots, own, left);
    }
  }

  private long takeFromWord(long now, long permits) {
    return Slots.tryTake(slots, WORD, NOBODY, shared, now, permits);
  }

  /** Takes permits from all cells and the rest from the word, at a time that may be ahead. As {@link #take}. */
  long gather(long time, long permits) {
    long before = word();
    long claimed = 0;
    long held = 0;
    long used = 0;
    try {
      for (int i = 0; i < cells && held < permits; i++) {
        long found = Slots.word(slots, cell(i)) > 0 ? claim(cell(i)) : CLAIMED;
        if (found != CLAIMED) {
          claimed |= 1L << i;
          held += found;
        }
      }
      if (held >= permits) {
        used = permits;
        return before;
      }
      long taken = takeFromWord(time, permits - held);
      used = isWord(taken) ? held : 0;
      return taken;
    } finally { // also at the end of the stack: close() waits for every claim
      release(claimed, held - used);
    }
  }

  private static boolean isWord(long taken) {
    return taken != REJECTED && taken != Slots.MOVING;
  }

  /** Takes permits that were used already, first those of the cells. False if these stripes are replaced. */
  boolean charge(long permits) {
    long claimed = 0;
    long held = 0;
    long used = 0;
    try {
      for (int i = 0; i < cells && held < permits; i++) {
        long found = claim(cell(i));
        if (found != CLAIMED) {
          claimed |= 1L << i;
          held += found;
        }
      }
      boolean charged = held >= permits || chargeWord(permits - held);
      used = charged ? Math.min(held, permits) : 0;
      return charged;
    } finally { // also when somebody's ticker throws
      release(claimed, held - used);
    }
  }

  private boolean chargeWord(long permits) {
    long word = word();
    while (word != Slots.MOVING) {
      long next = shared.charge(word, ticker.nanos(), permits);
      long found = Slots.exchange(slots, WORD, word, next);
      if (found == word) {
        return true;
      }
      word = found;
    }
    return false;
  }

  /** Takes permits as of a later time, as {@link Slots#takeAhead}. Only where all is on one word. */
  long takeAhead(long then, long permits, long before) {
    return Slots.takeAhead(slots, WORD, NOBODY, shared, ticker, permits, then, before);
  }

  /** Undoes {@link #takeAhead}, if it was the last thing done. False, with nothing done, if it was not, or permits are in cells. */
  boolean undo(long before, long taken, long permits, long then) {
    return cells == 0
        && Slots.step(shared, before, then, permits) == taken
        && Slots.exchange(slots, WORD, taken, before) == taken;
  }

  /** Gives permits back to the word, as {@link RateAlgorithm#giveBack}. False if another thread was faster. */
  boolean giveBack(long seen, long taken, long others, long time, long permits) {
    long next = shared.giveBack(seen, taken, others, time, permits);
    return Slots.exchange(slots, WORD, seen, next) == seen;
  }

  /** How long the permits are not there yet; 0 if they are. */
  long retryAfterNanos(long seen, long now, long permits) {
    if (hasInOwn(permits) || !Slots.rejects(shared, seen, now, permits)) {
      return 0;
    }
    long word = folded(seen, now);
    return Slots.rejects(whole, word, now, permits) ? whole.retryAfterNanos(word, now, permits) : 0;
  }

  private boolean hasInOwn(long permits) {
    return cells > 0 && Slots.word(slots, own()) >= permits;
  }

  /** What the whole algorithm would remember: the word, as if the cells were empty and nothing had been put into them. */
  long folded(long seen, long now) {
    long held = 0;
    for (int i = 0; i < cells; i++) {
      held += Math.max(0, Slots.word(slots, cell(i)));
    }
    return folded(seen, now, held);
  }

  private long folded(long seen, long now, long held) {
    long used = cells * perCell - held;
    return used == 0 ? seen : whole.charge(seen, now, used);
  }

  /** Ends these stripes (H4); answers the permits that the cells held. */
  long close() {
    long held = 0;
    for (int i = 0; i < cells; i++) {
      long found = claim(cell(i));
      while (found == CLAIMED) { // for a few instructions, by H4
        Thread.onSpinWait();
        found = claim(cell(i));
      }
      held += found;
    }
    return held;
  }

  /** Freezes the word; answers it. After {@link #close}. */
  long freeze() {
    return Slots.freeze(slots, WORD);
  }

  /** What the whole algorithm remembers of stripes that were closed and frozen. */
  long closedWord(long frozen, long held, long now) {
    return folded(frozen, now, held);
  }

  /** Takes an end back. */
  void reopen(long frozen, long held) {
    Slots.word(slots, WORD, frozen);
    release(allCells(), held);
  }

  /** Claims a cell; answers what it held, or CLAIMED if another has claimed it. */
  private long claim(int cell) {
    long seen = Slots.word(slots, cell);
    while (seen != CLAIMED) {
      long found = Slots.exchange(slots, cell, seen, CLAIMED);
      if (found == seen) {
        return seen;
      }
      seen = found;
    }
    return CLAIMED;
  }

  /** Puts permits into claimed cells, which have room for them. */
  private void release(long claimed, long permits) {
    long left = permits;
    for (long rest = claimed; rest != 0; rest &= rest - 1) {
      long some = Math.min(perCell, left);
      Slots.word(slots, cell(Long.numberOfTrailingZeros(rest)), some);
      left -= some;
    }
  }

  private long allCells() {
    return cells == 0 ? 0 : -1L >>> -cells;
  }

  private int own() {
    int bitsBelow = Long.numberOfLeadingZeros(cells) + 1; // its uppermost bits choose the cell
    return cell((int) ((Thread.currentThread().getId() * GOLDEN) >>> bitsBelow));
  }

  private static int cell(int number) {
    return FIRST_CELL + number * DISTANCE;
  }
}

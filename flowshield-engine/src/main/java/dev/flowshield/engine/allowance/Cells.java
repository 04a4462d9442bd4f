package dev.flowshield.engine.allowance;

import dev.flowshield.spi.RateAlgorithm;

/**
 * Cells of permits that were taken from a word beforehand, so that most threads take from a cell of
 * their own.
 *
 * <p>Thread-safe, lock-free, allocates nothing. A cell lies alone on two cache lines.
 */
class Cells extends Words {
  /*
   * State, a slot for each cell, at distances of 128 bytes:
   *
   *   permits taken from the word and not used yet, 0 .. perCell; or CLAIMED, by a thread that has
   *   what was in it in hand
   *
   * Invariants
   *   H1  Permits are put only into a cell that the same thread has claimed, and never more than
   *       perCell.
   *   H4  A claim is given up before its thread waits for anything.
   *
   * Memory order: volatile throughout.
   */

  /** In a cell: its permits are in some thread's hand, or the cell is gone. */
  static final long CLAIMED = -1;

  /**
   * From one cell to the next, in longs: two cache lines, since neighbours are fetched in pairs.
   */
  static final int DISTANCE = 16;

  // 2^64 / golden ratio: multiples of it lie far apart, so threads made one after the other do too.
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final int first;
  private final int count; // a power of two, 2 to 64; or 0
  private final long perCell;

  /** Cells of an array, of which the first has this index. */
  Cells(RateAlgorithm algorithm, int first, int count, long perCell) {
    super(algorithm, new long[first + count * DISTANCE + 2]);
    this.first = first;
    this.count = count;
    this.perCell = perCell;
  }

  final int count() {
    return count;
  }

  final long perCell() {
    return perCell;
  }

  /** Where a cell is. */
  final int cell(int number) {
    return first + number * DISTANCE;
  }

  /** The cell of this thread. */
  final int own() {
    int bitsBelow = Long.numberOfLeadingZeros(count) + 1; // its uppermost bits choose the cell
    return cell((int) ((Thread.currentThread().getId() * GOLDEN) >>> bitsBelow));
  }

  /** Takes permits from the thread's own cell, if it has as many. */
  final boolean takeFromOwn(long permits) {
    return count > 0 && takeFrom(own(), permits);
  }

  /** Takes permits from a cell, if it has as many. */
  final boolean takeFrom(int cell, long permits) {
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

  /** Whether the thread's own cell has as many permits. */
  final boolean hasInOwn(long permits) {
    return count > 0 && word(own()) >= permits;
  }

  /** The permits in all cells. */
  final long held() {
    long held = 0;
    for (int i = 0; i < count; i++) {
      held += Math.max(0, word(cell(i)));
    }
    return held;
  }

  /** Claims a cell; answers what it held, or CLAIMED if another thread has claimed it. */
  final long claim(int cell) {
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

  /** Puts permits into claimed cells, which have room for them. */
  final void release(long claimed, long permits) {
    long left = permits;
    for (long rest = claimed; rest != 0; rest &= rest - 1) {
      long some = Math.min(perCell, left);
      word(cell(Long.numberOfTrailingZeros(rest)), some);
      left -= some;
    }
  }

  /** Claims all cells for good (H4); answers the permits that they held. */
  final long close() {
    long held = 0;
    for (int i = 0; i < count; i++) {
      long found = claim(cell(i));
      while (found == CLAIMED) { // for a few instructions, by H4
        Thread.onSpinWait();
        found = claim(cell(i));
      }
      held += found;
    }
    return held;
  }

  /** All of them, as {@link #release} wants to know it. */
  final long allCells() {
    return count == 0 ? 0 : -1L >>> -count;
  }
}

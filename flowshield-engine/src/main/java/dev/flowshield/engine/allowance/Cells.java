package dev.flowshield.engine.allowance;

import dev.flowshield.spi.RateAlgorithm;

/**
 * Cells that hold permits taken from a word beforehand, so that most threads take from a cell of
 * their own.
 *
 * <p>Thread-safe, lock-free, allocates nothing. Each cell has two cache lines to itself.
 */
class Cells extends Words {
  /*
   * State, a slot for each cell, at distances of 128 bytes:
   *
   *   permits taken from the word and not used yet, 0 .. perCell; or CLAIMED, while one thread
   *   holds what was in the cell
   *
   * Invariants
   *   H1  Permits are put only into a cell that the same thread has claimed, and never more than
   *       perCell.
   *   H4  A thread releases its claim before it waits for anything.
   *
   * Memory order: volatile throughout.
   */

  /** In a cell: one thread holds its permits, or the cell is no longer used. */
  static final long CLAIMED = -1;

  /**
   * The longs from one cell to the next: two cache lines, as processors prefetch lines in pairs.
   */
  static final int DISTANCE = 16;

  // 2^64 / golden ratio: multiples of it lie far apart, and so do the cells of threads with
  // successive ids.
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final int first;
  private final int count; // a power of two, 2 to 64; or 0
  private final long perCell;

  /** Cells in an array, the first of them at this index. */
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

  /** The index of a cell. */
  final int cell(int number) {
    return first + number * DISTANCE;
  }

  /** The cell of this thread. */
  final int own() {
    int bitsBelow = Long.numberOfLeadingZeros(count) + 1; // its uppermost bits choose the cell
    return cell((int) ((Thread.currentThread().getId() * GOLDEN) >>> bitsBelow));
  }

  /** Takes permits from the thread's own cell, if it holds as many. */
  final boolean takeFromOwn(long permits) {
    return count > 0 && takeFrom(own(), permits);
  }

  /** Takes permits from a cell, if it holds as many. */
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

  /** Whether the thread's own cell holds as many permits. */
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

  /** Claims a cell. Returns what it held, or CLAIMED if another thread has claimed it. */
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

  /** Releases claimed cells and puts permits into them, for which they have room. */
  final void release(long claimed, long permits) {
    long left = permits;
    for (long rest = claimed; rest != 0; rest &= rest - 1) {
      long some = Math.min(perCell, left);
      word(cell(Long.numberOfTrailingZeros(rest)), some);
      left -= some;
    }
  }

  /** Claims all cells for good. Returns the permits that they held. */
  final long close() {
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

  /** All cells, as a bit set for {@link #release}. */
  final long allCells() {
    return count == 0 ? 0 : -1L >>> -count;
  }
}

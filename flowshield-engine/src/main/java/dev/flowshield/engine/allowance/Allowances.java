package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Several allowances that are charged together: all or nothing.
 *
 * <p>First all are judged, so a rejection writes nothing. Then permits are taken from one after the
 * other. If one rejects by then, because another thread was faster, the permits taken before are
 * refunded, and the caller judges again. So no limit is exceeded. But a call may be rejected for
 * permits that another call takes and refunds at the same moment. All calls take in the same order,
 * so no two calls can block each other's progress.
 *
 * <p>There are two ways to take: for one key and one number of permits, which allocates nothing;
 * and by rows, each with a key and a number of its own, which can be settled later.
 *
 * <p>Immutable; thread-safe as the allowances are.
 */
public final class Allowances {
  /*
   * Rows: a long[] of one request, with four longs for each allowance, in order:
   *
   *   hash | permits | taken: the word after taking, or REJECTED | stamp before taking
   */

  /**
   * A step that follows once all permits are taken. If it throws or returns null, they are
   * refunded.
   */
  public interface Afterwards<C, T> {

    /** Returns the result, given the context that the caller passed. */
    @Nullable
    T taken(C context, long hash, long permits, long now);
  }

  private static final Afterwards<String, Boolean> NOTHING =
      (context, hash, permits, now) -> Boolean.TRUE;

  private static final int HASH = 0;
  private static final int PERMITS = 1;
  private static final int TAKEN = 2;
  private static final int STAMP = 3;
  private static final int ROW = 4;

  private static final long NOT_ADMITTED = -1; // in place of the permits used

  private final Allowance[] all;

  /** Allowances in the order in which permits are taken from them. */
  public Allowances(List<? extends Allowance> all) {
    this.all = all.toArray(Allowance[]::new);
  }

  public int size() {
    return all.length;
  }

  /** Returns all of them, in order. */
  public Stream<Allowance> stream() {
    return Stream.of(all);
  }

  /** Returns the allowance at an index. */
  public Allowance get(int index) {
    return all[index];
  }

  /** Returns the most permits of one key that can be taken at once. */
  public long burst() {
    long least = Long.MAX_VALUE;
    for (Allowance each : all) {
      least = Math.min(least, each.burst());
    }
    return least;
  }

  /** Returns the wait until all of them admit a request; 0 if they would now. Writes nothing. */
  public long retryAfterNanos(long hash, long permits, long now) {
    long longest = 0;
    for (Allowance each : all) {
      longest = Math.max(longest, each.retryAfterNanos(hash, permits, now));
    }
    return longest;
  }

  /** Takes from all; false, with nothing taken, if one of them rejects. */
  public boolean take(long hash, long permits, long now) {
    return take(hash, permits, now, "", NOTHING) != null;
  }

  /** Takes from all, then runs a step; null, with nothing taken, if one of them rejects. */
  public <C, T> @Nullable T take(
      long hash, long permits, long now, C context, Afterwards<C, T> afterwards) {
    return take(0, hash, permits, now, context, afterwards);
  }

  // The call stack holds the words taken, so nothing is allocated.
  private <C, T> @Nullable T take(
      int from, long hash, long permits, long now, C context, Afterwards<C, T> afterwards) {
    if (from == all.length) {
      return afterwards.taken(context, hash, permits, now);
    }
    Allowance each = all[from];
    long stamp = each.ledger(hash).stamp(hash);
    long taken = each.take(hash, permits, now);
    if (taken == REJECTED) {
      return null;
    }
    T rest = null;
    try {
      rest = take(from + 1, hash, permits, now, context, afterwards);
    } finally { // also when a custom algorithm throws
      if (rest == null) {
        each.ledger(hash).refund(hash, taken, stamp, permits);
      }
    }
    return rest;
  }

  /** Rows of a request that has taken nothing yet, one for each allowance. */
  public long[] rows() {
    long[] rows = new long[all.length * ROW];
    for (int at = 0; at < rows.length; at += ROW) {
      rows[at + TAKEN] = REJECTED;
    }
    return rows;
  }

  /** Rows of a request for one key and one number of permits. */
  public long[] rows(long hash, long permits) {
    long[] rows = rows();
    for (int i = 0; i < all.length; i++) {
      row(rows, i, hash, permits);
    }
    return rows;
  }

  /** Sets the cost of a request from the allowance at an index. */
  public static void row(long[] rows, int index, long hash, long permits) {
    rows[index * ROW + HASH] = hash;
    rows[index * ROW + PERMITS] = permits;
  }

  /** Returns the hash in a row. */
  public static long hash(long[] rows, int index) {
    return rows[index * ROW + HASH];
  }

  /** Returns the permits in a row. */
  public static long permits(long[] rows, int index) {
    return rows[index * ROW + PERMITS];
  }

  /** Records the word taken for a row. */
  public static void taken(long[] rows, int index, long taken, long stamp) {
    rows[index * ROW + TAKEN] = taken;
    rows[index * ROW + STAMP] = stamp;
  }

  /** Records that a row holds no permits any more. */
  public static void nothingTaken(long[] rows, int index) {
    rows[index * ROW + TAKEN] = REJECTED;
  }

  /**
   * Takes for the rows from one index up to another; false, with nothing taken for them, if an
   * allowance rejects.
   */
  public boolean take(long[] rows, int from, int to, long now) {
    int next = from;
    boolean done = false;
    try {
      while (next < to) {
        long hash = hash(rows, next);
        long stamp = all[next].ledger(hash).stamp(hash);
        long taken = all[next].take(hash, permits(rows, next), now);
        if (taken == REJECTED) {
          return false;
        }
        taken(rows, next, taken, stamp);
        next++;
      }
      done = true;
    } finally { // also when a custom algorithm throws
      if (!done) {
        refund(rows, from, next);
      }
    }
    return true;
  }

  /** Refunds all rows of a request that is not admitted after all. */
  public void refund(long[] rows) {
    refund(rows, 0, all.length);
  }

  /**
   * Refunds each row of a request that is not admitted after all. A row that holds no permits is
   * skipped.
   */
  public void refund(long[] rows, int from, int to) {
    settle(rows, from, to, NOT_ADMITTED);
  }

  /** Settles all rows of an admitted request at one cost. */
  public void settle(long[] rows, long used) {
    settle(rows, 0, all.length, used);
  }

  /**
   * Settles each row of an admitted request once: refunds the permits that were not used, or takes
   * those that were used beyond them. A row that holds no permits is skipped.
   */
  public void settle(long[] rows, int from, int to, long used) {
    Throwable failure = null;
    for (int row = from; row < to; row++) {
      try {
        settle(rows, row, used);
      } catch (Throwable thrown) { // a row that fails does not keep the others from being settled
        failure = Failures.joined(failure, thrown);
      }
    }
    Failures.rethrow(failure);
  }

  private void settle(long[] rows, int index, long used) {
    long taken = rows[index * ROW + TAKEN];
    if (taken != REJECTED) {
      rows[index * ROW + TAKEN] = REJECTED;
      long hash = hash(rows, index);
      long permits = permits(rows, index);
      long stamp = rows[index * ROW + STAMP];
      Ledger ledger = all[index].ledger(hash);
      if (used == NOT_ADMITTED) {
        ledger.refund(hash, taken, stamp, permits);
      } else if (used < permits) {
        ledger.settle(hash, taken, stamp, permits - used);
      } else if (used > permits) {
        ledger.charge(hash, used - permits);
      }
    }
  }

  /** Adds permits to each for a key. */
  public void add(long hash, long permits) {
    for (Allowance each : all) {
      each.ledger(hash).add(hash, permits);
    }
  }

  /** Restores the whole allowance of a key in each. */
  public void reset(long hash) {
    for (Allowance each : all) {
      each.ledger(hash).reset(hash);
    }
  }

  /** Takes the whole burst of each, whether or not it is there. */
  public void spend(long hash) {
    for (Allowance each : all) {
      each.ledger(hash).charge(hash, each.burst());
    }
  }

  /** Returns the others, followed by these. */
  public Allowances after(@Nullable Allowances others) {
    return others == null
        ? this
        : new Allowances(Stream.concat(others.stream(), stream()).toList());
  }

  /**
   * Changes the limits that differ. If one change fails, those before it are reverted, and the
   * error is thrown.
   *
   * @param formula makes the algorithm of a limit; throws for a limit out of its range, before
   *     anything is changed
   */
  public void change(
      List<RateLimit> from,
      List<RateLimit> to,
      Function<RateLimit, ? extends RateAlgorithm> formula) {
    List<RateAlgorithm> before = from.stream().<RateAlgorithm>map(formula).toList();
    List<RateAlgorithm> after = to.stream().<RateAlgorithm>map(formula).toList();
    int changed = 0;
    try {
      while (changed < all.length) {
        if (!from.get(changed).equals(to.get(changed))) {
          all[changed].changeTo(after.get(changed));
        }
        changed++;
      }
    } finally {
      if (changed < all.length) {
        while (changed > 0) {
          changed--;
          if (!from.get(changed).equals(to.get(changed))) {
            all[changed].changeTo(before.get(changed));
          }
        }
      }
    }
  }
}

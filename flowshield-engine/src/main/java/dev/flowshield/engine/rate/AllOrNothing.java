package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes permits of one key from several limits, or from none.
 *
 * <p>First all are judged, so that a refusal writes nothing; then they are taken in turn. Where another thread was faster, what was taken
 * before is given back, and all is judged anew. So nothing is ever taken beyond a limit; a call may be refused for permits that
 * another takes and gives back at the same moment. All take in the same order, so no two can keep each other from getting on.
 */
public final class AllOrNothing {

  /** What is done once all permits are taken. If it fails, they are given back. */
  public interface Afterwards<C, T> {

    /** Answers what becomes of it, for the context that the caller passed. */
    T taken(C context, long hash, long permits, long now);
  }

  private static final Afterwards<String, Boolean> NOTHING =
      (context, hash, permits, now) -> Boolean.TRUE;

  private AllOrNothing() {}

  /** How long the limits make a request wait, all together; 0 if it would be admitted. Writes nothing. */
  public static long retryAfterNanos(Allowances[] limits, long hash, long permits, long now) {
    long longest = 0;
    for (Allowances limit : limits) {
      longest = Math.max(longest, limit.retryAfterNanos(hash, permits, now));
    }
    return longest;
  }

  /** Takes from all limits; false, with nothing taken, if one refuses by now. */
  public static boolean take(Allowances[] limits, long hash, long permits, long now) {
    return take(limits, hash, permits, now, "", NOTHING) != null;
  }

  /** Takes from all limits and does what comes then; null, with nothing taken, if one refuses by now. */
  public static <C, T> @Nullable T take(
      Allowances[] limits,
      long hash,
      long permits,
      long now,
      C context,
      Afterwards<C, T> afterwards) {
    return take(limits, 0, hash, permits, now, context, afterwards);
  }

  // The call stack remembers what was taken, so nothing is allocated for it.
  private static <C, T> @Nullable T take(
      Allowances[] limits,
      int from,
      long hash,
      long permits,
      long now,
      C context,
      Afterwards<C, T> afterwards) {
    if (from == limits.length) {
      return afterwards.taken(context, hash, permits, now);
    }
    Allowances limit = limits[from];
    long before = limit.givenBack(hash);
    long taken = limit.take(hash, permits, now);
    if (taken == REJECTED) {
      return null;
    }
    T rest = null;
    try {
      rest = take(limits, from + 1, hash, permits, now, context, afterwards);
    } finally { // also when somebody's algorithm throws
      if (rest == null) {
        limit.giveBack(hash, taken, before, permits);
      }
    }
    return rest;
  }

  /**
   * Changes limits, but those that stay the same; if one fails, those before it go back to what they were, and the error is thrown.
   *
   * @param formula what makes an algorithm of a limit; it throws for one that does not fit, before anything is changed
   */
  public static void change(
      Allowances[] limits,
      List<RateLimit> from,
      List<RateLimit> to,
      Function<RateLimit, ? extends RateAlgorithm> formula) {
    List<RateAlgorithm> before = from.stream().<RateAlgorithm>map(formula).toList();
    List<RateAlgorithm> after = to.stream().<RateAlgorithm>map(formula).toList();
    int changed = 0;
    try {
      while (changed < limits.length) {
        if (!from.get(changed).equals(to.get(changed))) {
          limits[changed].changeTo(after.get(changed));
        }
        changed++;
      }
    } finally {
      if (changed < limits.length) {
        while (changed > 0) {
          changed--;
          if (!from.get(changed).equals(to.get(changed))) {
            limits[changed].changeTo(before.get(changed));
          }
        }
      }
    }
  }
}

package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

/**
 * Takes permits of one key from several limits, or from none.
 *
 * <p>First all are judged, so that a refusal writes nothing; then they are taken in turn. Where another thread was faster, what was taken
 * before is given back, and all is judged anew. So nothing is ever taken beyond a limit; a call may be refused for permits that
 * another takes and gives back at the same moment. All take in the same order, so no two can keep each other from getting on.
 */
public final class AllOrNothing {

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
    return take(limits, 0, hash, permits, now);
  }

  // The call stack remembers what was taken, so nothing is allocated for it.
  private static boolean take(Allowances[] limits, int from, long hash, long permits, long now) {
    if (from == limits.length) {
      return true;
    }
    Allowances limit = limits[from];
    long before = limit.givenBack(hash);
    long taken = limit.take(hash, permits, now);
    if (taken == REJECTED) {
      return false;
    }
    boolean rest = false;
    try {
      rest = take(limits, from + 1, hash, permits, now);
    } finally { // also when somebody's algorithm throws
      if (!rest) {
        limit.giveBack(hash, taken, before, permits);
      }
    }
    return rest;
  }
}

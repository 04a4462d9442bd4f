package dev.flowshield.engine.faults;

import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * What one key has left of one limit, as users see it.
 *
 * @param name of the limit and the key
 * @param burst the most that may be there; of a limit that changes, as it is now
 * @param left what is there now, by an answer that takes nothing
 * @param take takes so many permits if they are there
 * @param isEnforced whether permits that are not there cannot be taken
 */
record Account(
    String name, LongSupplier burst, LongSupplier left, LongPredicate take, boolean isEnforced) {

  /** Takes all that is there, and answers how much that was; nothing where nothing is enforced. */
  long drain() {
    if (!isEnforced) {
      return 0;
    }
    long most = 2 * burst.getAsLong();
    long taken = 0;
    for (long some = Math.max(1, burst.getAsLong() / 4); some > 0; some /= 2) {
      while (taken <= most && take.test(some)) {
        taken += some;
      }
    }
    return taken;
  }

  @Override
  public String toString() {
    return name;
  }
}

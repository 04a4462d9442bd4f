package dev.flowshield.engine.rate;

import static java.math.BigInteger.ONE;
import static java.math.BigInteger.ZERO;

import dev.flowshield.RateLimit;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * A limit on windows as its documentation defines it: a count for each window, in whole numbers
 * without bounds and in time that never wraps. The model that both kinds of windows are held
 * against; it shares nothing with them.
 */
final class ExactWindows {

  private static final BigInteger HOUR = BigInteger.valueOf(3_600_000_000_000L);

  private final BigInteger limit;
  private final BigInteger length;
  private final BigInteger anchor;
  private final boolean sliding;
  private final Map<BigInteger, BigInteger> counts = new HashMap<>();
  private BigInteger reached; // nothing is taken before this window, even if the clock steps back

  ExactWindows(RateLimit limit, BigInteger start, BigInteger anchor, boolean sliding) {
    this.limit = BigInteger.valueOf(limit.permits());
    this.length = BigInteger.valueOf(limit.period().toNanos());
    this.anchor = anchor;
    this.sliding = sliding;
    this.reached = window(start);
  }

  BigInteger window(BigInteger now) {
    BigInteger[] parts = now.subtract(anchor).divideAndRemainder(length);
    return parts[1].signum() < 0 ? parts[0].subtract(ONE) : parts[0];
  }

  /**
   * The times of the permits that are there, times the length: a rational number without its
   * denominator.
   */
  private BigInteger room(BigInteger now) {
    BigInteger window = window(now);
    if (window.compareTo(reached) < 0) {
      return ZERO;
    }
    BigInteger into = now.subtract(anchor).subtract(window.multiply(length));
    BigInteger last = sliding ? count(window.subtract(ONE)) : ZERO;
    return limit
        .subtract(count(window))
        .multiply(length)
        .subtract(last.multiply(length.subtract(into)));
  }

  boolean has(BigInteger now, long permits) {
    return room(now).compareTo(BigInteger.valueOf(permits).multiply(length)) >= 0;
  }

  long remaining(BigInteger now) {
    return room(now).max(ZERO).divide(length).longValueExact();
  }

  void take(BigInteger now, long permits) {
    reached = window(now);
    counts.merge(reached, BigInteger.valueOf(permits), BigInteger::add);
  }

  /** Gives back what still counts of permits that were taken in a window. */
  void refund(BigInteger now, BigInteger taken, long permits) {
    BigInteger standing = reached.max(window(now));
    if (taken.equals(standing) || (sliding && taken.equals(standing.subtract(ONE)))) {
      reached = standing;
      counts.merge(taken, BigInteger.valueOf(permits), (a, b) -> a.subtract(b).max(ZERO));
    }
  }

  /**
   * Takes permits, there or not, from this window and those that follow, as far as these are within
   * an hour or the next one.
   */
  void charge(BigInteger now, long permits) {
    BigInteger furthest =
        window(now).add(HOUR.add(length).subtract(ONE).divide(length).max(ONE)).max(reached);
    BigInteger left = BigInteger.valueOf(permits);
    for (BigInteger at = reached.max(window(now));
        at.compareTo(furthest) <= 0 && left.signum() > 0;
        at = at.add(ONE)) {
      BigInteger part = left.min(limit.subtract(count(at)));
      counts.merge(at, part, BigInteger::add);
      left = left.subtract(part);
      reached = at;
    }
  }

  /** The least number of nanoseconds, 1 or more, after which the permits are there. */
  BigInteger wait(BigInteger now, long permits) {
    BigInteger none = ZERO;
    BigInteger enough = reached
        .max(window(now))
        .add(BigInteger.TWO)
        .multiply(length)
        .add(anchor)
        .subtract(now);
    while (enough.subtract(none).compareTo(ONE) > 0) {
      BigInteger middle = none.add(enough).shiftRight(1);
      if (has(now.add(middle), permits)) {
        enough = middle;
      } else {
        none = middle;
      }
    }
    return enough;
  }

  private BigInteger count(BigInteger window) {
    return counts.getOrDefault(window, ZERO);
  }
}

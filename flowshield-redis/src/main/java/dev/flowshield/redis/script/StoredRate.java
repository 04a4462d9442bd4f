package dev.flowshield.redis.script;

import dev.flowshield.RateLimit;
import java.math.BigInteger;

/**
 * A limit as the store keeps it: a debt that grows by a price with each permit, up to a capacity,
 * and that is paid off by a number of units in each tick.
 *
 * <pre>
 *   debt  = max(0, debt - drain * ticks since)
 *   admit if debt + permits * price &lt;= capacity, then debt = debt + permits * price
 *   else  retryAfter = (debt + permits * price - capacity) / drain, rounded up
 * </pre>
 *
 * <p><b>Units.</b> The time per permit is rounded up to a whole unit, as in the token bucket of the
 * engine, so both admit the same requests at the same times. A unit is a nanosecond, or the largest
 * half, quarter and so on that keeps the rate within a millionth. Units are coarser only if a
 * capacity would not fit into 47 bits, by at most another millionth.
 *
 * <p>All numbers are whole and below 2^53, so the script computes them exactly. Immutable. Source:
 * ITU-T I.371, the generic cell rate algorithm in its leaky bucket form.
 *
 * @param limit the limit
 * @param drain the units that are paid off in a tick
 * @param price the units of a permit
 * @param capacity the units of the burst
 */
public record StoredRate(RateLimit limit, long drain, long price, long capacity) {

  private static final BigInteger ROUNDING = BigInteger.valueOf(1_000_000);
  private static final BigInteger MOST_CAPACITY = BigInteger.ONE.shiftLeft(47);
  private static final BigInteger MOST_DRAIN = BigInteger.valueOf(0xFFFF_FFFFL);

  /**
   * Returns a limit as a store keeps it whose clock has ticks of a number of nanoseconds.
   *
   * @throws IllegalArgumentException if the burst of the limit is too large
   */
  static StoredRate of(RateLimit limit, long nanosPerTick) {
    BigInteger permits = BigInteger.valueOf(limit.permits());
    BigInteger period = BigInteger.valueOf(limit.period().toNanos());
    int bits = 0;
    while (!isFine(period.shiftLeft(bits), permits)) {
      bits++;
    }
    BigInteger price = dividedUp(period.shiftLeft(bits), permits);
    BigInteger drain = BigInteger.valueOf(nanosPerTick).shiftLeft(bits);
    BigInteger same = price.gcd(drain);
    price = price.divide(same);
    drain = drain.divide(same);
    BigInteger burst = BigInteger.valueOf(limit.burst());
    BigInteger most = MOST_CAPACITY.divide(burst);
    if (price.compareTo(most) > 0) {
      BigInteger coarser = drain.multiply(most).divide(price);
      if (coarser.signum() > 0) {
        price = dividedUp(price.multiply(coarser), drain);
        drain = coarser;
      }
    }
    BigInteger kept = price.multiply(permits).multiply(BigInteger.valueOf(nanosPerTick));
    BigInteger exact = drain.multiply(period);
    if (price.compareTo(most) > 0
        || drain.compareTo(MOST_DRAIN) > 0
        || kept.subtract(exact).multiply(ROUNDING).compareTo(exact.shiftLeft(1)) > 0) {
      throw new IllegalArgumentException("limit must be one that a store can keep, got '" + limit
          + "': lower its burst, which takes too long to come back at that rate");
    }
    return new StoredRate(
        limit,
        drain.longValueExact(),
        price.longValueExact(),
        burst.multiply(price).longValueExact());
  }

  /** Returns whether one more unit changes the rate by at most a millionth, as in the engine. */
  private static boolean isFine(BigInteger period, BigInteger permits) {
    BigInteger[] interval = period.divideAndRemainder(permits);
    return interval[1].signum() == 0 || interval[0].compareTo(ROUNDING) >= 0;
  }

  private static BigInteger dividedUp(BigInteger dividend, BigInteger divisor) {
    return dividend.add(divisor).subtract(BigInteger.ONE).divide(divisor);
  }

  /** Returns the permits that remain beside a debt. */
  long remaining(long debt) {
    return Math.max(0, capacity - debt) / price;
  }

  /** Returns the ticks until permits, at most the burst, are available; 0 if they are. */
  long ticksUntil(long permits, long debt) {
    long missing = debt + permits * price - capacity;
    return missing <= 0 ? 0 : (missing + drain - 1) / drain;
  }

  /** Returns a debt after a number of ticks. */
  long paidOff(long debt, long ticks) {
    return ticks > debt / drain ? 0 : debt - ticks * drain;
  }

  /** Returns the ticks until a whole burst is available again. */
  long ticksUntilIdle() {
    return (capacity + drain - 1) / drain;
  }
}

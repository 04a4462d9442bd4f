package dev.flowshield.engine.rate;

import dev.flowshield.RateLimit;
import java.math.BigInteger;

/**
 * A limit as its documentation defines it, in whole numbers without rounding and in time that never
 * wraps. The model that the engine is held against; it shares nothing with it.
 *
 * <p>Time counts in nanoseconds times the permits of the period, so that the time per permit is a
 * whole number: the period.
 */
public final class ExactLimit {

  private final BigInteger permitsPerPeriod;
  private final BigInteger period;
  private final BigInteger burst;
  private BigInteger allBack; // when every permit will be there

  private ExactLimit(BigInteger permitsPerPeriod, BigInteger period, long burst, BigInteger start) {
    this.permitsPerPeriod = permitsPerPeriod;
    this.period = period;
    this.burst = period.multiply(BigInteger.valueOf(burst));
    this.allBack = scaled(start);
  }

  /** The limit itself: what the engine must never exceed. */
  public static ExactLimit of(RateLimit limit, BigInteger start) {
    return new ExactLimit(
        BigInteger.valueOf(limit.permits()),
        BigInteger.valueOf(limit.period().toNanos()),
        limit.burst(),
        start);
  }

  /** The limit with a rate lower by a millionth: what the engine must never fall short of. */
  public static ExactLimit slowerByAMillionth(RateLimit limit, BigInteger start) {
    return new ExactLimit(
        BigInteger.valueOf(limit.permits()).multiply(BigInteger.valueOf(999_999)),
        BigInteger.valueOf(limit.period().toNanos()).multiply(BigInteger.valueOf(1_000_000)),
        limit.burst(),
        start);
  }

  /** Whether the permits are there. */
  public boolean has(BigInteger now, long permits) {
    return late(now, permits).signum() <= 0;
  }

  /** Takes permits, there or not. */
  public void take(BigInteger now, long permits) {
    allBack = debt(now).add(scaled(now)).add(period.multiply(BigInteger.valueOf(permits)));
  }

  /** The whole permits that are there. */
  public long remaining(BigInteger now) {
    return burst.subtract(debt(now)).max(BigInteger.ZERO).divide(period).longValueExact();
  }

  /** The least whole number of nanoseconds after which the permits will be there. */
  public long waitNanos(BigInteger now, long permits) {
    return late(now, permits)
        .add(permitsPerPeriod)
        .subtract(BigInteger.ONE)
        .divide(permitsPerPeriod)
        .longValueExact();
  }

  /** How much the debt would exceed the burst. */
  private BigInteger late(BigInteger now, long permits) {
    return debt(now).add(period.multiply(BigInteger.valueOf(permits))).subtract(burst);
  }

  private BigInteger debt(BigInteger now) {
    return allBack.subtract(scaled(now)).max(BigInteger.ZERO);
  }

  private BigInteger scaled(BigInteger now) {
    return now.multiply(permitsPerPeriod);
  }
}

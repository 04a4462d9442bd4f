package dev.flowshield.engine.rate;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.math.BigInteger;

/**
 * A steady rate with a burst, the token bucket of the configuration: the generic cell rate
 * algorithm.
 *
 * <p>The word is an instant: when every permit will be back. What lies between now and then is the
 * debt of the key.
 *
 * <pre>
 *   debt  = max(0, word - now)
 *   admit if debt + permits * interval &lt;= burst * interval,
 *         then word = now + debt + permits * interval
 *   else  retryAfter = debt + permits * interval - burst * interval
 * </pre>
 *
 * <p><b>Units.</b> Time counts in 2^-shift nanoseconds, and the interval (time per permit) is
 * rounded up to a whole unit, so the rate is never above the limit. The shift is the least that
 * keeps it within a millionth below. One more bit makes every word even.
 *
 * <p><b>Range.</b> At most 10,000,000 permits a second, and a burst that takes at most 2^62 units
 * to come back (73 years at shift 1, 39 hours at the highest shift, 15).
 *
 * <p><b>Wrap-around.</b> Shifted time counts modulo 2^64; at shift 15 it wraps around every 6.5
 * days. A word that was unused for that long must not read as a debt. A debt beyond the burst and
 * some slack is therefore a word from before the clock wrapped around, and idle. The slack lets the
 * clock step back without forgiving: 2^58 units, at least 2.4 hours. So a key that returns in the
 * last part of a turn, as long as the slack and its burst, is rejected until that part has passed;
 * no key is admitted too early. At 1,000 permits a second or less a turn takes centuries.
 *
 * <p>A debt beyond the burst was taken ahead of time by waiters, or charged afterwards. A charge
 * counts up to half the slack beyond the burst, which takes an hour or more to come back.
 *
 * <p>Immutable, pure, constant time. Source: ITU-T I.371, GCRA in its virtual scheduling form.
 */
public final class Gcra implements RateAlgorithm {

  private static final BigInteger ROUNDING = BigInteger.valueOf(1_000_000);
  private static final long MOST_PER_SECOND = 10_000_000;
  private static final BigInteger MOST_UNITS = BigInteger.ONE.shiftLeft(62);
  private static final long SLACK = 1L << 58;

  private final long burst;
  private final int shift;
  private final long interval;
  private final long fullDebt; // in units of time, as the debt is
  private final long highestDebt;
  private final long highestCharge; // half the slack, so that the clock may still step back

  /**
   * The algorithm for a limit.
   *
   * @throws IllegalArgumentException if the limit is outside the range above
   */
  public Gcra(RateLimit limit) {
    requireRate(limit);
    BigInteger period = BigInteger.valueOf(limit.period().toNanos());
    BigInteger permits = BigInteger.valueOf(limit.permits());
    int bits = 0;
    while (!isFine(period.shiftLeft(bits), permits)) {
      bits++;
    }
    BigInteger units = period
        .shiftLeft(bits)
        .add(permits)
        .subtract(BigInteger.ONE)
        .divide(permits)
        .shiftLeft(1);
    BigInteger whole = units.multiply(BigInteger.valueOf(limit.burst()));
    if (whole.compareTo(MOST_UNITS) > 0) {
      throw new IllegalArgumentException("burst must be at most "
          + MOST_UNITS.divide(units) + " for limit '" + limit.permits() + " permits in "
          + limit.period() + "', got "
          + limit.burst() + ": a burst that takes years to come back is no burst, so lower it");
    }
    this.burst = limit.burst();
    this.shift = bits + 1;
    this.interval = units.longValueExact();
    this.fullDebt = whole.longValueExact();
    this.highestDebt = fullDebt + SLACK;
    this.highestCharge = fullDebt + SLACK / 2;
  }

  private Gcra(Gcra other, long burst) {
    this.burst = burst;
    this.shift = other.shift;
    this.interval = other.interval;
    this.fullDebt = burst * interval;
    this.highestDebt = fullDebt + SLACK;
    this.highestCharge = fullDebt + SLACK / 2;
  }

  /** Returns the same rate with a smaller burst; their words count in the same units. */
  public Gcra withBurst(long smaller) {
    return new Gcra(this, smaller);
  }

  /** Rejects a rate above 10,000,000 permits a second. */
  static void requireRate(RateLimit limit) {
    BigInteger most = BigInteger.valueOf(limit.period().toNanos())
        .multiply(BigInteger.valueOf(MOST_PER_SECOND))
        .divide(BigInteger.valueOf(1_000_000_000));
    if (BigInteger.valueOf(limit.permits()).compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "limit must be at most 10,000,000 permits a second, got '" + limit
              + "': a limit above what a process can check protects nothing, so lower it or leave it out");
    }
  }

  /**
   * Returns whether rounding the interval up to a whole unit changes the rate by at most a
   * millionth.
   */
  private static boolean isFine(BigInteger period, BigInteger permits) {
    BigInteger[] interval = period.divideAndRemainder(permits);
    return interval[1].signum() == 0 || interval[0].compareTo(ROUNDING) >= 0;
  }

  @Override
  public long idle(long now) {
    return now << shift;
  }

  @Override
  public boolean isIdle(long word, long now) {
    long debt = word - (now << shift);
    return debt <= 0 || debt > highestDebt;
  }

  @Override
  public long step(long word, long now, long permits) {
    long start = now << shift;
    long debt = Math.max(0, word - start);
    long cost = permits * interval; // at most the burst, so it does not overflow
    return debt > fullDebt - cost ? REJECTED : start + debt + cost;
  }

  @Override
  public long refund(long word, long taken, long refunded, long now, long permits) {
    long start = now << shift;
    long debt = word - start;
    if (isIdle(word, now) || isIdle(taken, now) || refunded > burst) {
      return word;
    }
    // Permits that have come back since the taking cannot be refunded again. Permits refunded to
    // others since may have been before these, which then came back earlier.
    long outstanding = Math.min(permits * interval, taken - refunded * interval - start);
    return outstanding <= 0 ? word : start + Math.max(0, debt - outstanding);
  }

  @Override
  public long add(long word, long now, long permits) {
    if (isIdle(word, now)) {
      return word;
    }
    long start = now << shift;
    long debt = word - start;
    long most = debt / interval + 1; // more than all that is owed
    return start + Math.max(0, debt - Math.min(permits, most) * interval);
  }

  @Override
  public long charge(long word, long now, long permits) {
    long start = now << shift;
    long debt = isIdle(word, now) ? 0 : word - start;
    long room = Math.max(0, highestCharge - debt);
    return start + debt + (permits > room / interval ? room & ~1L : permits * interval);
  }

  /**
   * Returns the word for a key whose word by another limit of this kind is {@code word}, which is
   * not idle. A debt up to the burst keeps its proportion to the burst. The debt beyond it keeps
   * its length in time, up to the most that a charge can reach.
   *
   * <p>Rounded up to a whole unit of time, so changing back and forth forgives nothing, and costs
   * at most two nanoseconds a change.
   */
  long converted(Gcra from, long word, long now) {
    long debt = word - (now << from.shift);
    if (debt <= from.fullDebt) {
      return idle(now)
          + even(BigInteger.valueOf(debt).multiply(BigInteger.valueOf(fullDebt)), from.fullDebt);
    }
    BigInteger beyond = BigInteger.valueOf(debt - from.fullDebt).shiftLeft(shift);
    BigInteger most = BigInteger.valueOf(highestCharge - fullDebt);
    return idle(now) + fullDebt + even(beyond.min(most.shiftLeft(from.shift)), 1L << from.shift);
  }

  /** Returns the quotient, rounded up to an even number, because words are even. */
  private static long even(BigInteger dividend, long divisor) {
    BigInteger[] halves =
        dividend.divideAndRemainder(BigInteger.valueOf(divisor).shiftLeft(1));
    return 2 * (halves[0].longValueExact() + halves[1].signum());
  }

  /** Returns whether nothing is owed any more, this long after a word was this far from idle. */
  boolean isOver(long owed, long after) {
    return owed <= 0 || after > owed >>> shift;
  }

  @Override
  public long remaining(long word, long now) {
    return isIdle(word, now) ? burst : Math.max(0, fullDebt - (word - (now << shift))) / interval;
  }

  @Override
  public long retryAfterNanos(long word, long now, long permits) {
    long early = word - (now << shift) + permits * interval - fullDebt;
    return Math.max(1, (early + (1L << shift) - 1) >> shift);
  }

  @Override
  public long burst() {
    return burst;
  }

  @Override
  public String toString() {
    return "Gcra[interval=" + interval + "*2^-" + shift + "ns, burst=" + burst + "]";
  }
}

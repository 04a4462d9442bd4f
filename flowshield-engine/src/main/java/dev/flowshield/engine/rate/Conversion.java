package dev.flowshield.engine.rate;

import dev.flowshield.spi.RateAlgorithm;
import java.math.BigInteger;

/**
 * What a key owes to one limit, as a debt to another: in proportion, rounded up to a whole permit of the new one.
 *
 * <p>Who had spent half of the old burst has spent half of the new one. Who owes more than the burst, because callers wait or a true cost was
 * charged, is not admitted before the old limit would have had a permit. Pure; for changes, not for checks.
 */
public record Conversion(RateAlgorithm from, RateAlgorithm to) {

  /** The word of the new limit for a word of the old one. */
  public long word(long word, long now) {
    if (from.equals(to)) {
      return word;
    }
    long spent = from.isIdle(word, now) ? 0 : spent(from.maxPermits() - from.remaining(word, now));
    if (spent == 0) {
      return to.idle(now);
    }
    long whole = from.step(from.idle(now), now, from.maxPermits());
    long at = word - whole > 0 ? now + from.retryAfterNanos(word, now, 1) : now;
    return to.step(to.idle(at), at, spent);
  }

  private long spent(long permits) {
    BigInteger[] scaled = BigInteger.valueOf(permits)
        .multiply(BigInteger.valueOf(to.maxPermits()))
        .divideAndRemainder(BigInteger.valueOf(from.maxPermits()));
    return scaled[0].longValueExact() + scaled[1].signum();
  }
}

package dev.flowshield.engine.rate;

import dev.flowshield.spi.RateAlgorithm;
import java.math.BigInteger;

/**
 * Converts the debt of a key from one limit to another, in proportion: a key that had spent half of
 * the old burst has spent half of the new one.
 *
 * <p>Between two token buckets the proportion is exact to the nanosecond, so changes back and forth
 * neither forgive nor cost anything. Windows count whole permits, so a change rounds a count up to
 * a whole permit of the new limit, until the window ends. A key that owes more than the burst,
 * because callers wait or a true cost was charged, owes the rest for as long as before. Pure; for
 * changes, not for checks.
 */
public record Conversion(RateAlgorithm from, RateAlgorithm to) {

  /** Returns the word of the new limit for a word of the old one. */
  public long word(long word, long now) {
    if (from.equals(to)) {
      return word;
    }
    if (from.isIdle(word, now)) {
      return to.idle(now);
    }
    if (from instanceof Gcra old && to instanceof Gcra next) {
      return next.converted(old, word, now);
    }
    if (from instanceof FixedWindow old
        && to instanceof FixedWindow next
        && next.hasWindowsOf(old)) {
      return next.converted(old, word, now);
    }
    if (from instanceof SlidingWindow old && to instanceof SlidingWindow next) {
      if (next.hasWindowsOf(old)) {
        return next.converted(old, word, now);
      }
      if (!old.isAhead(word, now)) {
        return next.refitted(old, word, now);
      }
    }
    return inWholePermits(word, now);
  }

  private long inWholePermits(long word, long now) {
    long whole = from.step(from.idle(now), now, from.burst());
    long at = word - whole > 0 ? now + from.retryAfterNanos(word, now, 1) : now;
    long spent = scaled(from.burst() - from.remaining(word, at), to.burst(), from.burst());
    return spent == 0 ? to.idle(at) : to.step(to.idle(at), at, spent);
  }

  /** Returns {@code permits * to / from}, rounded up. */
  static long scaled(long permits, long to, long from) {
    BigInteger[] scaled = BigInteger.valueOf(permits)
        .multiply(BigInteger.valueOf(to))
        .divideAndRemainder(BigInteger.valueOf(from));
    return scaled[0].longValueExact() + scaled[1].signum();
  }
}

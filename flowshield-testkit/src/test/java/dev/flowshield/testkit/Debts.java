package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import java.math.BigInteger;

/**
 * The debts of keys for one limit. A {@link Defect} overrides the steps that it gets wrong.
 *
 * <p>A debt counts in units. Each nanosecond pays as many units as the limit has permits, and a
 * permit costs as many as the period has nanoseconds, so all numbers are integers.
 */
class Debts {

  /** A debt at a time. */
  record Debt(long units, long at) {}

  private final RateLimit limit;
  private final long unit;
  private final long burst;

  Debts(RateLimit limit) {
    this.limit = limit;
    this.unit = limit.period().toNanos();
    this.burst = burst(limit);
  }

  private static long burst(RateLimit limit) {
    try {
      return Math.multiplyExact(4 * limit.burst(), limit.period().toNanos()) / 4;
    } catch (ArithmeticException overflow) {
      throw new IllegalArgumentException(
          "limit must fit a long, got " + limit + ": lower the burst");
    }
  }

  /** Returns the time that has passed, with wrap-around. */
  long passed(long from, long to) {
    return Math.max(0, to - from);
  }

  /** Returns the nanoseconds in which these units are refilled. */
  long waitFor(long units) {
    return units <= 0 ? 0 : (units - 1) / limit.permits() + 1;
  }

  /** Returns the time from which a call made now is served. */
  long turn(Debt last, long now) {
    return last.at - now > 0 ? last.at : now;
  }

  boolean mayBeHad(long permits) {
    return permits <= limit.burst();
  }

  /** Charges a rejection: nothing. */
  void rejected(Account account) {}

  /** Refunds unused permits. */
  void refund(Account account, Account.Taking taking, long unused) {
    taking.cost -= unused * unit;
  }

  /** Converts a debt to the next limit: the same part of the burst. */
  long converted(long units, RateLimit next) {
    return BigInteger.valueOf(units)
        .multiply(BigInteger.valueOf(burst(next)))
        .add(BigInteger.valueOf(burst - 1))
        .divide(BigInteger.valueOf(burst))
        .longValueExact();
  }

  final RateLimit limit() {
    return limit;
  }

  /** Returns the cost of permits. */
  final long cost(long permits) {
    return permits * unit;
  }

  /** Returns the time until this cost can be added to a debt. */
  final long ahead(Debt last, long cost, long now) {
    long start = turn(last, now);
    return start - now + waitFor(paid(last, start).units + cost - burst);
  }

  /** Returns the available permits. */
  final long remaining(Debt last, long now) {
    return turn(last, now) - now > 0 ? 0 : Math.max(0, burst - paid(last, now).units) / unit;
  }

  /** Returns the remaining debt. */
  final Debt paid(Debt debt, long now) {
    long passed = passed(debt.at, now);
    return new Debt(
        passed > debt.units / limit.permits() ? 0 : debt.units - passed * limit.permits(),
        now - debt.at > 0 ? now : debt.at);
  }

  /** Returns the debt after more permits are taken. */
  final Debt after(Debt debt, Account.Taking taking) {
    Debt paid = paid(debt, taking.at);
    return new Debt(paid.units + taking.cost, paid.at);
  }
}

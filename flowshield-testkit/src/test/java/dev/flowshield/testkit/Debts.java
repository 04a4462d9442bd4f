package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import java.math.BigInteger;

/**
 * What keys owe of one limit. The steps that may be overridden are those that a {@link Defect} gets
 * wrong.
 *
 * <p>A debt counts in units of which each nanosecond pays the permits of the limit, and a permit
 * costs the nanoseconds of the period: all whole numbers.
 */
class Debts {

  /** What is owed at a time. */
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

  /** The time that has passed, in wrap-around time. */
  long passed(long from, long to) {
    return Math.max(0, to - from);
  }

  /** The nanoseconds in which so much comes back. */
  long waitFor(long units) {
    return units <= 0 ? 0 : (units - 1) / limit.permits() + 1;
  }

  /** The time from which on a call is served that asks now. */
  long turn(Debt last, long now) {
    return last.at - now > 0 ? last.at : now;
  }

  boolean mayBeHad(long permits) {
    return permits <= limit.burst();
  }

  /** What a rejection costs: nothing. */
  void rejected(Account account) {}

  /** Takes back what was not used. */
  void refund(Account account, Account.Taking taking, long unused) {
    taking.cost -= unused * unit;
  }

  /**
   * What is owed of the next limit by a key that owes so much of this one: as large a part of the
   * burst.
   */
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

  /** What so many permits cost. */
  final long cost(long permits) {
    return permits * unit;
  }

  /** How long it takes until so much more can be owed after a debt. */
  final long ahead(Debt last, long cost, long now) {
    long start = turn(last, now);
    return start - now + waitFor(paid(last, start).units + cost - burst);
  }

  /** The permits that are there. */
  final long remaining(Debt last, long now) {
    return turn(last, now) - now > 0 ? 0 : Math.max(0, burst - paid(last, now).units) / unit;
  }

  /** What is still owed of a debt. */
  final Debt paid(Debt debt, long now) {
    long passed = passed(debt.at, now);
    return new Debt(
        passed > debt.units / limit.permits() ? 0 : debt.units - passed * limit.permits(),
        now - debt.at > 0 ? now : debt.at);
  }

  /** What is owed after one more taking. */
  final Debt after(Debt debt, Account.Taking taking) {
    Debt paid = paid(debt, taking.at);
    return new Debt(paid.units + taking.cost, paid.at);
  }
}

package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is left to one key of one limit, as the documentation defines it, for rates whose time per
 * permit is a whole number of nanoseconds: then whole numbers are exact. For one thread; shares
 * nothing with the engine.
 */
final class ModelLimit {

  /** What was taken, to be settled, and how often the rates had changed before. */
  record Taken(long permits, List<Integer> changes) {}

  private final List<RateLimit> limits = new ArrayList<>();
  private final long[] allBack; // by rate
  private final int[] changes; // by rate

  ModelLimit(List<RateLimit> limits, long now) {
    this.limits.addAll(limits);
    this.allBack = new long[limits.size()];
    this.changes = new int[limits.size()];
    Arrays.fill(allBack, now);
  }

  long burst() {
    return limits.stream().mapToLong(RateLimit::burst).min().orElseThrow();
  }

  long remaining(long now) {
    return rates().mapToLong(i -> remaining(i, now)).min().orElseThrow();
  }

  long waitNanos(long now, long permits) {
    return Math.max(0, rates().mapToLong(i -> wait(i, now, permits)).max().orElseThrow());
  }

  Taken take(long now, long permits) {
    rates().forEach(i -> allBack[i] = now + debt(i, now) + permits * interval(i));
    return new Taken(permits, Arrays.stream(changes).boxed().toList());
  }

  void settle(Taken taken, long used, long now) {
    if (used >= taken.permits) {
      rates().forEach(i -> allBack[i] = now + debt(i, now) + (used - taken.permits) * interval(i));
      return;
    }
    long unused = taken.permits - used;
    rates()
        .filter(i -> taken.changes.get(i) == changes[i]) // else it was taken by another rate
        .forEach(i -> allBack[i] = now + Math.max(0, debt(i, now) - unused * interval(i)));
  }

  /**
   * A key that has spent half of the old burst has spent half of the new one, to the nanosecond;
   * what is owed beyond stays as long.
   */
  void change(List<RateLimit> to, long now) {
    for (int i = 0; i < allBack.length; i++) {
      RateLimit old = limits.get(i);
      if (to.get(i).equals(old)) {
        continue;
      }
      long whole = old.burst() * interval(i);
      long within = Math.min(whole, debt(i, now));
      long beyond = debt(i, now) - within;
      limits.set(i, to.get(i));
      BigInteger[] scaled = BigInteger.valueOf(within)
          .multiply(BigInteger.valueOf(limits.get(i).burst() * interval(i)))
          .divideAndRemainder(BigInteger.valueOf(whole));
      allBack[i] = now + scaled[0].longValueExact() + scaled[1].signum() + beyond;
      changes[i]++;
    }
  }

  private IntStream rates() {
    return IntStream.range(0, allBack.length);
  }

  private long interval(int i) {
    RateLimit limit = limits.get(i);
    return limit.period().toNanos() / limit.permits();
  }

  private long debt(int i, long now) {
    return Math.max(0, allBack[i] - now);
  }

  private long remaining(int i, long now) {
    return Math.max(0, limits.get(i).burst() * interval(i) - debt(i, now)) / interval(i);
  }

  private long wait(int i, long now, long permits) {
    return debt(i, now) + (permits - limits.get(i).burst()) * interval(i);
  }
}

package dev.flowshield.redis;

import dev.flowshield.Decision;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Permits of a key that this instance has taken from the store before they were asked for, so that
 * it can give them without a round trip.
 *
 * <p>Its size is what the instance has used lately in 50 ms, and it is filled up when half of it is
 * left. A key that uses fewer than two in that time has none.
 *
 * <p>Thread-safe, lock-free.
 */
final class Lease {
  /*
   * State, one long:
   *
   *   bits  0 - 30   left: permits that are paid for and not given to a request
   *   bits 31 - 61   asked: permits that the store is being asked for; 0 if it is not
   *
   * Invariants
   *   E1  left is no more than a lease could have when the store was asked last: it is asked for
   *       what is missing of that, and nothing else adds permits.
   *   E2  One thread at a time asks the store: that which made asked positive, until it ends that.
   *   E3  A permit is given to one request: left is reduced by an exchange.
   *
   * The other fields are hints about when and how much to ask for. No reading of them can break E1.
   */
  private static final int BITS = 31;
  private static final long MASK = (1L << BITS) - 1;

  private static final long COVERED_NANOS = Duration.ofMillis(50).toNanos();
  private static final long KEPT_NANOS = Duration.ofMillis(500).toNanos();
  private static final long SHORTEST_NANOS = Duration.ofMillis(5).toNanos(); // to tell how fast
  private static final long EMPTY_NANOS = Duration.ofMillis(10).toNanos(); // after less than asked
  private static final int LEAST = 2;

  private final String key;
  private final StoredRates rates;
  private final AtomicLong state = new AtomicLong();
  private final AtomicLong used = new AtomicLong(); // since
  private volatile long since;
  private volatile long notBefore; // when to ask the store again
  private volatile long endsAt;
  private volatile Given given = new Given(ScriptReply.NOTHING, 0, 0, ScriptReply.NOTHING, 0, 0);

  /**
   * What the store has given: the permits are numbered as they were given, and are used in that
   * order, so their numbers tell what they were paid by.
   *
   * @param last the answer that gave the latest ones
   * @param at when that was asked for
   * @param total the number of the latest one
   * @param before the answer before
   * @param totalBefore the number of the latest one by then
   * @param totalLong the number of the latest one before that
   */
  private record Given(
      ScriptReply last, long at, long total, ScriptReply before, long totalBefore, long totalLong) {

    Given and(ScriptReply reply, long more, long now) {
      return new Given(reply, now, total + more, last, total, totalBefore);
    }
  }

  /** A lease of nothing, by a reading of the ticker. */
  Lease(String key, StoredRates rates, long now) {
    this.key = key;
    this.rates = rates;
    this.since = now;
    this.notBefore = now + SHORTEST_NANOS;
    this.endsAt = now;
  }

  /** The most permits of one lease, so that those of all instances are a tenth of a burst. */
  static long most(StoredRates rates, int instances) {
    long most = Math.min(MASK, rates.burst() / 10 / instances);
    return most < LEAST ? 0 : most;
  }

  boolean isOf(String otherKey, StoredRates otherRates) {
    return rates == otherRates && key.equals(otherKey);
  }

  /** Whether its key has not been asked for lately. */
  boolean isIdle(long now) {
    return now - since >= KEPT_NANOS && now - endsAt >= 0;
  }

  /** A request has come for permits, whether or not it gets them here. */
  void use(long permits) {
    used.getAndAdd(permits);
  }

  /**
   * Gives permits to a request.
   *
   * @return what they were paid by, as far as they can be refunded; null if it has not so many
   */
  @Nullable
  ScriptReply take(long permits, long now) {
    Given known = given; // rather an older one: the older the payment, the less is refunded
    while (now - endsAt < 0) {
      long seen = state.get();
      if ((seen & MASK) < permits) {
        return null;
      }
      if (state.compareAndSet(seen, seen - permits)) {
        return payment(known, permits, (seen & MASK) - permits);
      }
    }
    return null;
  }

  private ScriptReply payment(Given known, long permits, long left) {
    long latest = known.total - left;
    long first = latest - permits + 1;
    if (first > known.totalBefore) {
      return known.last.before(left, rates);
    }
    return first > known.totalLong
        ? known.before.before(Math.max(0, known.totalBefore - latest), rates)
        : ScriptReply.NOTHING.before(0, rates); // it has come back by now
  }

  /** Whether it has so many. Others may be quicker. */
  boolean has(long permits, long now) {
    return now - endsAt < 0 && (state.get() & MASK) >= permits;
  }

  /**
   * How many permits to ask the store for now, up to the size of a lease that is allowed; 0 for
   * none. The caller then has to ask for them, and to {@link #end} it.
   */
  long beginAsking(long most, long now) {
    if (now - notBefore < 0) {
      return 0;
    }
    long seen = state.get();
    long left = now - endsAt < 0 ? seen & MASK : 0; // what is too old is left to the key
    long elapsed = Math.max(1, now - since);
    double need = Math.ceil((double) used.get() * (double) COVERED_NANOS / (double) elapsed);
    long size = (long) Math.min(need, (double) most);
    if (seen >>> BITS > 0 || left > size / 2) {
      return 0;
    }
    if (size < LEAST) {
      if (elapsed > COVERED_NANOS) { // few came
        count(now);
      }
      return 0;
    }
    long more = size - left;
    if (!state.compareAndSet(seen, (more << BITS) | left)) {
      return 0; // the next request looks again
    }
    notBefore = now + EMPTY_NANOS;
    count(now);
    return more;
  }

  private void count(long now) {
    used.set(0);
    since = now;
  }

  /** The store has given permits, or none. */
  void end(ScriptReply reply, long now) {
    long asked = state.get() >>> BITS;
    long more = Math.min(Math.max(0, reply.granted()), asked);
    try {
      if (more > 0) {
        state.getAndAdd(more); // first: a permit may seem to be paid for earlier, never later
        given = given.and(reply, more, now);
        endsAt = now + KEPT_NANOS;
      }
      if (more >= asked) {
        notBefore = now + SHORTEST_NANOS;
      }
    } finally {
      state.getAndAdd(-(asked << BITS)); // E2: no other changes what is asked
    }
  }

  /** The answer to a request whose permits were taken here. */
  Decision.Admitted admitted(long permits, long now) {
    Given known = given;
    long[] debts = known.last.before(0, rates).debts();
    return rates.admitted(rates.paidOff(debts, Math.max(0, now - known.at)), permits);
  }
}

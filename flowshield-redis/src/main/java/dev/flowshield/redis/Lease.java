package dev.flowshield.redis;

import dev.flowshield.Decision;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

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
  private volatile Given given = new Given(Reply.NOTHING, 0);

  /**
   * The latest reply that gave permits.
   *
   * @param at when the store was asked for it
   */
  private record Given(Reply reply, long at) {}

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

  /** Gives permits to a request. Returns whether it had so many. */
  boolean take(long permits, long now) {
    while (now - endsAt < 0) {
      long seen = state.get();
      if ((seen & MASK) < permits) {
        return false;
      }
      if (state.compareAndSet(seen, seen - permits)) {
        return true;
      }
    }
    return false;
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
  void end(Reply reply, long now) {
    long asked = state.get() >>> BITS;
    long more = Math.min(Math.max(0, reply.granted()), asked);
    try {
      if (more > 0) {
        given = new Given(reply, now);
        endsAt = now + KEPT_NANOS;
        state.getAndAdd(more);
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
    long[] debts = known.reply.before(0, rates).debts();
    return rates.admitted(rates.paidOff(debts, Math.max(0, now - known.at)), permits);
  }
}

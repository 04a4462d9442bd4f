package dev.flowshield.redis.local;

import dev.flowshield.Decision;
import dev.flowshield.redis.script.ScriptReply;
import dev.flowshield.redis.script.StoredRates;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Permits of a key that this instance has taken from the store in advance, so that it can give them
 * without a round trip.
 *
 * <p>The size of a lease is the number of permits that the instance used lately in 50 ms. It is
 * filled up when half of it is left. A key that uses fewer than two permits in that time has no
 * lease.
 *
 * <p>Thread-safe, lock-free.
 */
public final class Lease {
  /*
   * State, one long:
   *
   *   bits  0 - 30   left: permits that are paid for and not given to a request
   *   bits 31 - 61   asked: permits that the store is being asked for; 0 if no call is under way
   *
   * Invariants
   *   E1  left is at most the size that the lease had when the store was asked last: the store is
   *       asked for the missing permits, and nothing else adds permits.
   *   E2  One thread at a time asks the store: the thread that made asked positive, until its call
   *       ends.
   *   E3  A permit is given to one request: left is reduced by a CAS.
   *
   * The other fields are hints about the time and size of the next call. No reading of them can
   * break E1.
   */
  private static final int BITS = 31;
  private static final long MASK = (1L << BITS) - 1;

  private static final long COVERED_NANOS = Duration.ofMillis(50).toNanos();
  private static final long KEPT_NANOS = Duration.ofMillis(500).toNanos();
  private static final long SHORTEST_NANOS = Duration.ofMillis(5).toNanos(); // to measure the rate
  private static final long EMPTY_NANOS =
      Duration.ofMillis(10).toNanos(); // after fewer permits than asked
  private static final int LEAST = 2;

  private final String key;
  private final StoredRates rates;
  private final AtomicLong state = new AtomicLong();
  private final AtomicLong used = new AtomicLong(); // since
  private volatile long since;
  private volatile long notBefore; // when to ask the store again
  private volatile long endsAt;
  private volatile Granted granted = new Granted(ScriptReply.NOTHING, 0);

  /**
   * The latest reply that granted permits.
   *
   * @param at the time of its call
   */
  private record Granted(ScriptReply reply, long at) {}

  /** Creates an empty lease, at a reading of the ticker. */
  Lease(String key, StoredRates rates, long now) {
    this.key = key;
    this.rates = rates;
    this.since = now;
    this.notBefore = now + SHORTEST_NANOS;
    this.endsAt = now;
  }

  /** Returns the most permits of one lease: all instances together lease a tenth of a burst. */
  public static long most(StoredRates rates, int instances) {
    long most = Math.min(MASK, rates.burst() / 10 / instances);
    return most < LEAST ? 0 : most;
  }

  boolean isOf(String otherKey, StoredRates otherRates) {
    return rates == otherRates && key.equals(otherKey);
  }

  /** Returns whether its key has not been asked for lately. */
  boolean isIdle(long now) {
    return now - since >= KEPT_NANOS && now - endsAt >= 0;
  }

  /** Counts the permits of a request, whether or not this lease has them. */
  public void use(long permits) {
    used.getAndAdd(permits);
  }

  /** Gives permits to a request. Returns false if this lease has too few. */
  public boolean take(long permits, long now) {
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

  /** Returns whether this lease has the permits. Other requests may be quicker. */
  public boolean has(long permits, long now) {
    return now - endsAt < 0 && (state.get() & MASK) >= permits;
  }

  /**
   * Begins a call for more permits if one is due.
   *
   * @param most the largest size of this lease
   * @return the number of permits to ask the store for; the caller must {@link #end} that call. 0
   *     if no call is due
   */
  public long beginCall(long most, long now) {
    if (now - notBefore < 0) {
      return 0;
    }
    long seen = state.get();
    long left = now - endsAt < 0 ? seen & MASK : 0; // permits that are too old are dropped
    long elapsed = Math.max(1, now - since);
    double need = Math.ceil((double) used.get() * (double) COVERED_NANOS / (double) elapsed);
    long size = (long) Math.min(need, (double) most);
    if (seen >>> BITS > 0 || left > size / 2) {
      return 0;
    }
    if (size < LEAST) {
      if (elapsed > COVERED_NANOS) { // few requests
        restartCount(now);
      }
      return 0;
    }
    long more = size - left;
    if (!state.compareAndSet(seen, (more << BITS) | left)) {
      return 0; // the next request tries again
    }
    notBefore = now + EMPTY_NANOS;
    restartCount(now);
    return more;
  }

  private void restartCount(long now) {
    used.set(0);
    since = now;
  }

  /** Ends the call, and adds the permits that the store has granted. */
  public void end(ScriptReply reply, long now) {
    long asked = state.get() >>> BITS;
    long more = Math.min(Math.max(0, reply.granted()), asked);
    try {
      if (more > 0) {
        granted = new Granted(reply, now);
        endsAt = now + KEPT_NANOS;
        state.getAndAdd(more);
      }
      if (more >= asked) {
        notBefore = now + SHORTEST_NANOS;
      }
    } finally {
      state.getAndAdd(-(asked << BITS)); // E2: no other thread changes asked
    }
  }

  /** Returns the decision about a request whose permits were taken here. */
  public Decision.Admitted admitted(long permits, long now) {
    Granted known = granted;
    return rates.admitted(rates.paidOff(known.reply.debts(), Math.max(0, now - known.at)), permits);
  }
}

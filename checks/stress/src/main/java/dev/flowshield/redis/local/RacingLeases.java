package dev.flowshield.redis.local;

import dev.flowshield.RateLimit;
import dev.flowshield.redis.script.ScriptReply;
import dev.flowshield.redis.script.StoredRates;

/** Leases for races, and their remaining permits. All actions are at one reading of the ticker. */
final class RacingLeases {

  static final long NOW = 100_000_000;
  static final long MOST = 8;

  private RacingLeases() {}

  /** Creates a lease with the given permits, of a key that uses more than the largest lease. */
  static Lease with(long permits) {
    Lease lease = new Lease("key", new StoredRates(RateLimit.parseAll("1000/s"), 1), 0);
    lease.use(1_000);
    lease.beginCall(MOST, NOW - 50_000_000);
    lease.end(giving(permits), NOW - 50_000_000);
    return lease;
  }

  /** Creates a lease with the given permits, while the store is called to refill it. */
  static Lease beingFilled(long permits) {
    Lease lease = with(permits);
    lease.use(1_000);
    if (lease.beginCall(MOST, NOW) != MOST - permits) {
      throw new IllegalStateException("the store is not asked");
    }
    return lease;
  }

  static ScriptReply giving(long permits) {
    return new ScriptReply(permits, new long[1]);
  }

  static int take(Lease lease, long permits) {
    return lease.take(permits, NOW) ? (int) permits : 0;
  }

  /** Takes the remaining permits one by one, and returns their number. */
  static int left(Lease lease) {
    int left = 0;
    while (lease.take(1, NOW)) {
      left++;
    }
    return left;
  }
}

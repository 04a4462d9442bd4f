package dev.flowshield.redis;

import dev.flowshield.RateLimit;

/** Leases for races, and what is left of them. All of it is at one reading of the ticker. */
final class RacingLeases {

  static final long NOW = 100_000_000;
  static final long MOST = 8;

  private RacingLeases() {}

  /** One with so many permits, of a key that uses more than a lease may have. */
  static Lease with(long permits) {
    Lease lease = new Lease("key", new StoredRates(RateLimit.parseAll("1000/s"), 1), 0);
    lease.use(1_000);
    lease.beginAsking(MOST, NOW - 50_000_000);
    lease.end(giving(permits), NOW - 50_000_000);
    return lease;
  }

  /** The same while the store is being asked to fill it up. */
  static Lease beingFilled(long permits) {
    Lease lease = with(permits);
    lease.use(1_000);
    if (lease.beginAsking(MOST, NOW) != MOST - permits) {
      throw new IllegalStateException("the store is not asked");
    }
    return lease;
  }

  static Reply giving(long permits) {
    return new Reply(permits, new long[1]);
  }

  static int take(Lease lease, long permits) {
    return lease.take(permits, NOW) ? (int) permits : 0;
  }

  /** What is left, one by one. */
  static int left(Lease lease) {
    int left = 0;
    while (lease.take(1, NOW)) {
      left++;
    }
    return left;
  }
}

package dev.flowshield.engine.overload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The request rate of each client, and its fair share of the work that the server can do. A share
 * is fair if no client could have more without taking from a client that has less (max-min
 * fairness). Clients that send little get everything they ask for, and all others get equal shares.
 *
 * <p>Clients are distinguished by {@value #SLOTS} slots; two clients may share one by chance.
 *
 * <p>{@link #next} is thread-safe, lock-free and allocates nothing; all else is confined to the
 * thread that closes windows.
 */
final class ClientRates {
  /*
   * State, for each slot a long, from its highest bit:
   *
   *   32 bits      the period of its last request
   *   COUNT_BITS   its requests in that period
   *   COUNT_BITS   those in the period before
   *
   * Memory order: opaque. Of two requests at once, one may be lost: too few to matter.
   */
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  /** The rank of a request for its client: one beyond its share, */
  static final int BEYOND = 0;

  /** one within the share, of a client that sends more, */
  static final int WITHIN = 1;

  /** or one of a client that sends no more than its share. */
  static final int SMALL = 2;

  private static final int SLOT_BITS = 11;
  private static final int SLOTS = 1 << SLOT_BITS;

  private static final int PERIOD_BITS = 30; // of nanoseconds: 1.07 s
  private static final long PERIOD = 1L << PERIOD_BITS;
  private static final int COUNT_BITS = 16;
  private static final long MOST = (1L << COUNT_BITS) - 1;

  // A client is let have more than its share, as others do not use theirs at each moment.
  private static final double OVERBOOKED = 2;

  // Times the root: this many more than the mean may arrive by chance.
  private static final double BEYOND_CHANCE = 3;

  private final long[] slots = new long[SLOTS];
  private final long beganAt;
  private volatile double share = Double.MAX_VALUE; // requests of a client in a period

  ClientRates(long now) {
    this.beganAt = now;
  }

  /** Counts a request of a client, and returns its rank for the client. */
  int next(long hash, long now) {
    int slot = (int) (hash >>> (Long.SIZE - SLOT_BITS));
    long elapsed = now - beganAt;
    long seen = (long) LONGS.getOpaque(slots, slot);
    long period = elapsed >>> PERIOD_BITS;
    long current = Math.min(MOST, current(seen, period) + 1);
    long before = before(seen, period);
    LONGS.setOpaque(slots, slot, (period << (2 * COUNT_BITS)) | (current << COUNT_BITS) | before);
    double most = share;
    double rate = rate(current, before, elapsed);
    if (rate <= most + BEYOND_CHANCE * Math.sqrt(most)) {
      return SMALL;
    }
    double part = Math.min(1, OVERBOOKED * most / rate);
    // Evenly: the n-th of its requests is within if the share has grown by one since the last.
    return (long) (current * part) > (long) ((current - 1) * part) ? WITHIN : BEYOND;
  }

  private static long current(long seen, long period) {
    return seen >>> (2 * COUNT_BITS) == period ? (seen >>> COUNT_BITS) & MOST : 0;
  }

  private static long before(long seen, long period) {
    long passed = period - (seen >>> (2 * COUNT_BITS));
    return passed == 0 ? seen & MOST : passed == 1 ? (seen >>> COUNT_BITS) & MOST : 0;
  }

  /** Returns the requests of the last period up to now, if those before it came evenly. */
  private static double rate(long current, long before, long elapsed) {
    long left = PERIOD - (elapsed & (PERIOD - 1));
    return current + (double) before * left / PERIOD;
  }

  /** All requests are within the share of their clients. */
  void shareAll() {
    share = Double.MAX_VALUE;
  }

  /** Shares out this many requests in a tick. */
  void share(double perTick, long now) {
    share = fairShare(perTick * PERIOD / Window.NANOS_PER_TICK, rates(now - beganAt));
  }

  private double[] rates(long elapsed) {
    long period = elapsed >>> PERIOD_BITS;
    double[] rates = new double[SLOTS];
    for (int slot = 0; slot < SLOTS; slot++) {
      long seen = (long) LONGS.getOpaque(slots, slot);
      rates[slot] = rate(current(seen, period), before(seen, period), elapsed);
    }
    return rates;
  }

  /** Returns the share that is fair: raised, until all is given away. */
  private static double fairShare(double all, double[] rates) {
    double share = 0;
    while (true) {
      double left = all;
      int larger = 0;
      for (double rate : rates) {
        if (rate > share) {
          larger++;
        } else {
          left -= rate;
        }
      }
      if (larger == 0) {
        return Double.MAX_VALUE;
      }
      double next = left / larger;
      if (next <= share) {
        return share;
      }
      share = next;
    }
  }
}

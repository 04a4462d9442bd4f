package dev.flowshield.redis.script;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.RateLimit;
import java.util.ArrayList;
import java.util.List;

/**
 * The limits on each key of a limiter as the store keeps them. Turns debts into decisions.
 * Immutable.
 */
public final class StoredRates {

  private static final int MOST = 255; // a byte in the call

  private final List<StoredRate> rates;
  private final List<String> names;
  private final String text;
  private final long burst;
  private final long nanosPerTick;

  /**
   * Creates the limits of a store whose clock has ticks of a number of nanoseconds.
   *
   * @throws IllegalArgumentException if the store cannot keep one of them
   */
  public StoredRates(List<RateLimit> limits, long nanosPerTick) {
    if (limits.size() > MOST) {
      throw new IllegalArgumentException("limits on a key must be at most " + MOST
          + " in a store, got " + limits.size() + ": leave out those that others cover");
    }
    this.rates =
        limits.stream().map(limit -> StoredRate.of(limit, nanosPerTick)).toList();
    this.names = limits.stream().map(RateLimit::toString).toList();
    this.text = String.join(", ", names);
    this.burst = limits.stream().mapToLong(RateLimit::burst).min().orElseThrow();
    this.nanosPerTick = nanosPerTick;
  }

  public int size() {
    return rates.size();
  }

  public StoredRate get(int index) {
    return rates.get(index);
  }

  public List<RateLimit> limits() {
    return rates.stream().map(StoredRate::limit).toList();
  }

  /** Returns the most permits that a request can get. */
  public long burst() {
    return burst;
  }

  /**
   * Returns the decision about a request for more than the burst, without a call. No permits are
   * reported to remain, because their number is unknown, and no wait helps.
   */
  public Decision.Rejected beyondBurst(long permits) {
    int least = 0;
    List<LimitStatus> statuses = new ArrayList<>(size());
    for (int i = 0; i < size(); i++) {
      long most = get(i).limit().burst();
      least = most < get(least).limit().burst() ? i : least;
      statuses.add(new LimitStatus(get(i).limit(), 0, permits > most ? Decision.NEVER : 0));
    }
    return new Decision.Rejected(
        0,
        Decision.NEVER,
        names.get(least),
        size() == 1 ? List.of() : statuses,
        Decision.Reason.BEYOND_BURST);
  }

  /** Returns the time until a whole burst of each limit is available again. */
  public long nanosUntilIdle() {
    return rates.stream().mapToLong(StoredRate::ticksUntilIdle).max().orElseThrow() * nanosPerTick;
  }

  long nanosPerTick() {
    return nanosPerTick;
  }

  /** Returns whether permits are available beside debts. */
  public boolean isFree(long[] debts, long permits) {
    for (int i = 0; i < debts.length; i++) {
      if (get(i).ticksUntil(permits, debts[i]) > 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns debts after some time. */
  public long[] paidOff(long[] debts, long nanos) {
    long[] left = new long[debts.length];
    for (int i = 0; i < debts.length; i++) {
      left[i] = get(i).paidOff(debts[i], nanos / nanosPerTick);
    }
    return left;
  }

  /** Returns the decision about a request that has taken its permits and left debts. */
  public Decision.Admitted admitted(long[] debts, long permits) {
    return size() == 1
        ? new Decision.Admitted(get(0).remaining(debts[0]))
        : new Decision.Admitted(fewest(debts), limitStatus(debts, permits));
  }

  /** Returns the decision about a request for permits that debts do not leave. */
  public Decision.Rejected rejected(long[] debts, long permits) {
    int longest = 0;
    long wait = 0;
    for (int i = 0; i < debts.length; i++) {
      long ticks = get(i).ticksUntil(permits, debts[i]);
      if (ticks > wait) {
        longest = i;
        wait = ticks;
      }
    }
    return new Decision.Rejected(
        fewest(debts),
        Math.max(1, wait * nanosPerTick),
        names.get(longest),
        size() == 1 ? List.of() : limitStatus(debts, permits));
  }

  private long fewest(long[] debts) {
    long fewest = Long.MAX_VALUE;
    for (int i = 0; i < debts.length; i++) {
      fewest = Math.min(fewest, get(i).remaining(debts[i]));
    }
    return fewest;
  }

  private List<LimitStatus> limitStatus(long[] debts, long permits) {
    List<LimitStatus> statuses = new ArrayList<>(debts.length);
    for (int i = 0; i < debts.length; i++) {
      StoredRate rate = get(i);
      statuses.add(new LimitStatus(
          rate.limit(),
          rate.remaining(debts[i]),
          rate.ticksUntil(permits, debts[i]) * nanosPerTick));
    }
    return statuses;
  }

  @Override
  public String toString() {
    return text;
  }
}

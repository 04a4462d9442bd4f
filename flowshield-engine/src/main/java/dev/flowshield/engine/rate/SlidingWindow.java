package dev.flowshield.engine.rate;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;

/**
 * A number of permits in the period that ends now, estimated from two counts: the sliding window
 * counter.
 *
 * <p>The word is a window and the permits taken in it and in the one before. The period that ends
 * now covers this window so far and a part of the one before, whose permits count as if they had
 * been taken evenly.
 *
 * <pre>
 *   into   = now - the beginning of the window
 *   faded  = last * into / period, rounded down
 *   admit if last - faded + current + permits &lt;= limit, then current = current + permits
 *   else  retryAfter = the wait until enough has faded, in this window or the next
 * </pre>
 *
 * <p><b>Ahead.</b> Waiters may take permits of the next window, and a charge beyond the limit takes
 * those of the windows that follow: up to an hour ahead, or one window if that is longer. Then the
 * word is of that window, and nothing is admitted before it begins.
 *
 * <p><b>Range.</b> At most 10,000,000 permits a second, and the burst equals the permits. Two
 * counts and the number of the window share one word, so the permits are at most 2^26 - 1, and
 * fewer in periods below 43 minutes, so that the numbers wrap around after 30 days at the earliest.
 * For a second that is 1,048,575; a higher rate needs a shorter period, as in 10,000/ms.
 *
 * <p><b>Worst case.</b> In a span of t, up to one period, at most limit * (1 + t / period), and in
 * any span of one period at most 2 * limit - 1. Proof: let the span take v of the count V of one
 * window, and z in the next, the last of them y into it. Then z &lt;= limit - V * (1 - y / period),
 * so v + z &lt;= limit + V * y / period; and V &lt;= limit and y &lt;= t, and y &lt; period if
 * anything of the window before belongs to the span. For evenly spread traffic the estimate is
 * exact, and the worst case is the limit. No window takes more than the limit, so the long-run rate
 * does not exceed it.
 *
 * <p>Immutable, pure, constant time. Nothing is rounded but to whole permits. Source: J.
 * Desgats, "How we built rate limiting capable of scaling to millions of domains", Cloudflare,
 * 2017.
 */
public final class SlidingWindow implements RateAlgorithm {
  /*
   * The word
   *
   *   63 ......... shift | ... bits+2 | bits+1 .... 2 |     1      | 0
   *    number of window  |    last    |    current    | given back | 0
   *
   * Each count has as many bits as the limit. The number has the rest, but no more than it needs
   * not to wrap around before the ticker.
   *
   * Invariants
   *   W1  Each count is at most the limit; charges beyond it go to the windows that follow.
   *   W2  A window whose last permit was refunded is marked, and not idle until it ends. So within
   *       a window a slot does not change its owner, and no word of one owner recurs under the
   *       next.
   */
  private static final int CURRENT = 2;
  private static final long GIVEN_BACK = 2;
  private static final int MOST_BITS = 26; // leaves 10 for the number, so 8 windows can be ahead
  private static final long SHORTEST_TURN = 30 * 86_400_000_000_000L;

  private final long limit;
  private final int bits;
  private final Windows windows;

  /**
   * The algorithm for a limit.
   *
   * @param start when a window begins, in ticker nanoseconds
   * @throws IllegalArgumentException if the limit is outside the range above
   */
  public SlidingWindow(RateLimit limit, long start) {
    Windows.requireWindow(limit, "sliding-window");
    long length = limit.period().toNanos();
    if (limit.permits() > mostPermits(length)) {
      throw new IllegalArgumentException("permits must be at most " + mostPermits(length)
          + " in a sliding-window of " + limit.period() + ", got " + limit.permits()
          + ": say the same rate with a shorter period, as 10000/ms for 10000000/s");
    }
    this.limit = limit.permits();
    this.bits = 64 - Long.numberOfLeadingZeros(this.limit);
    this.windows =
        new Windows(start, length, Math.max(2 * bits + CURRENT, Windows.shiftWithoutTurn(length)));
  }

  private SlidingWindow(long limit, int bits, Windows windows) {
    this.limit = limit;
    this.bits = bits;
    this.windows = windows;
  }

  /**
   * Returns the most permits that fit a word twice beside the number of a window of this length.
   */
  static long mostPermits(long length) {
    int most = MOST_BITS;
    while (1L << (62 - 2 * most) < (SHORTEST_TURN + length - 1) / length) {
      most--;
    }
    return (1L << most) - 1;
  }

  @Override
  public long idle(long now) {
    return windows.word(now);
  }

  @Override
  public boolean isIdle(long word, long now) {
    return standing(word, now) == windows.word(now);
  }

  @Override
  public long step(long word, long now, long permits) {
    long idle = windows.word(now);
    long ahead = windows.between(idle, word);
    if (ahead > 0) {
      return REJECTED;
    }
    long standing = rolled(word, idle, ahead);
    return permits > limit - estimate(standing, now) ? REJECTED : standing + (permits << CURRENT);
  }

  @Override
  public long refund(long word, long taken, long refunded, long now, long permits) {
    long standing = standing(word, now);
    if (standing == windows.word(now)) {
      return word;
    }
    long ago = windows.between(taken, standing);
    if (ago == 0) {
      return (standing - (Math.min(permits, current(standing)) << CURRENT)) | GIVEN_BACK;
    }
    return ago == 1
        ? (standing - (Math.min(permits, last(standing)) << (CURRENT + bits))) | GIVEN_BACK
        : word; // their window has faded by now
  }

  /**
   * Adds permits: from the count of this window, then from that of the last, where a permit counts
   * for the part that has not faded. Rounded down, so no more is there than was added.
   */
  @Override
  public long add(long word, long now, long permits) {
    long standing = standing(word, now);
    if (standing == windows.word(now)) {
      return word;
    }
    long added = Math.min(permits, limit);
    long ofCurrent = Math.min(added, current(standing));
    long left = isAhead(word, now) ? windows.length() : windows.length() - windows.into(now);
    long ofLast = ofLast(added - ofCurrent, last(standing), left);
    return (standing - (ofLast << (CURRENT + bits)) - (ofCurrent << CURRENT)) | GIVEN_BACK;
  }

  /** Returns how many permits of the last window weigh no more than these, as of the time left. */
  private long ofLast(long permits, long last, long left) {
    return permits > divided(last, left, windows.length())
        ? last
        : divided(permits, windows.length(), left);
  }

  @Override
  public long charge(long word, long now, long permits) {
    long standing = standing(word, now);
    long room = limit - current(standing);
    if (permits <= room) {
      return standing + (permits << CURRENT);
    }
    long beyond = permits - room - 1;
    long furthest = windows.later(windows.word(now), windows.chargeable());
    long on = Math.min(1 + beyond / limit, windows.between(standing, furthest));
    if (on <= 0) { // the clock has stepped back, or that much was charged before
      return standing + (room << CURRENT);
    }
    long count = on > beyond / limit ? beyond % limit + 1 : limit;
    return windows.later(standing, on) + (limit << (CURRENT + bits)) + (count << CURRENT);
  }

  /**
   * Returns the word for a key whose word by another limit with the same windows is {@code word}:
   * its counts in proportion, rounded up.
   */
  long converted(SlidingWindow from, long word, long now) {
    long standing = from.standing(word, now);
    long ahead = from.windows.between(from.windows.word(now), standing);
    return windows.later(windows.word(now), ahead)
        + (Conversion.scaled(from.last(standing), limit, from.limit) << (CURRENT + bits))
        + (Conversion.scaled(from.current(standing), limit, from.limit) << CURRENT);
  }

  /**
   * Returns the word for a key whose word by another limit with other windows is {@code word}, if
   * that is not ahead of the time. The current estimate is counted for the window before, as far as
   * the limit allows, so that it fades on, and no faster than this limit refills.
   */
  long refitted(SlidingWindow from, long word, long now) {
    long standing = from.standing(word, now);
    long spent =
        Conversion.scaled(Math.min(from.limit, from.estimate(standing, now)), limit, from.limit);
    long into = windows.into(now);
    long last =
        Math.min(limit, Conversion.scaled(spent, windows.length(), windows.length() - into));
    long weight = last - divided(last, into, windows.length());
    long rest = Math.max(0, spent - weight);
    return windows.word(now) + (last << (CURRENT + bits)) + (rest << CURRENT);
  }

  /** Returns whether a word is of a window that has not begun yet. */
  boolean isAhead(long word, long now) {
    return windows.between(windows.word(now), standing(word, now)) > 0;
  }

  boolean isOver(long owed, long after) {
    return windows.isOver(owed, after);
  }

  long into(long now) {
    return windows.into(now);
  }

  /** Returns the same limit, one of whose windows begins at another time. */
  SlidingWindow startingAt(long start) {
    return new SlidingWindow(limit, bits, new Windows(start, windows.length(), windows.shift()));
  }

  boolean hasWindowsOf(SlidingWindow other) {
    return windows.areThoseOf(other.windows);
  }

  @Override
  public long remaining(long word, long now) {
    long standing = standing(word, now);
    return windows.between(windows.word(now), standing) > 0
        ? 0
        : Math.max(0, limit - estimate(standing, now));
  }

  @Override
  public long retryAfterNanos(long word, long now, long permits) {
    long standing = standing(word, now);
    long ahead = windows.between(windows.word(now), standing);
    long room = limit - current(standing) - permits;
    long wait = room >= 0
        ? ahead * windows.length() + fading(last(standing), room)
        : (ahead + 1) * windows.length() + fading(current(standing), limit - permits);
    return Math.max(1, wait - windows.into(now));
  }

  @Override
  public long burst() {
    return limit;
  }

  /**
   * Returns the word that counts at this time: this one, its successor in the next window, or idle.
   */
  private long standing(long word, long now) {
    long idle = windows.word(now);
    long ahead = windows.between(idle, word);
    return ahead > windows.farthest() ? idle : rolled(word, idle, ahead);
  }

  private long rolled(long word, long idle, long ahead) {
    return ahead >= 0 ? word : ahead == -1 ? idle + (current(word) << (CURRENT + bits)) : idle;
  }

  /** Returns the permits taken in the period that ends now, of a word of this window. */
  private long estimate(long word, long now) {
    long last = last(word);
    return current(word) + last - divided(last, windows.into(now), windows.length());
  }

  /**
   * Returns how far into a window the permits of the last one have faded to no more than the room.
   */
  private long fading(long last, long room) {
    return room >= last ? 0 : windows.length() - divided(room, windows.length(), last);
  }

  /**
   * Returns {@code a * b / divisor}, rounded down. {@code a} is below 2^26; the other numbers and
   * the quotient are below 2^55.
   */
  static long divided(long a, long b, long divisor) {
    // The product may need 81 bits. A double is within 2^55 * 2^-50 of the quotient, so the rest of
    // the product is below 2^60, and is correct though its parts overflow.
    long estimate = (long) ((double) a * b / divisor);
    return estimate + Math.floorDiv(a * b - estimate * divisor, divisor);
  }

  private long current(long word) {
    return (word >> CURRENT) & ((1L << bits) - 1);
  }

  private long last(long word) {
    return (word >> (CURRENT + bits)) & ((1L << bits) - 1);
  }

  @Override
  public String toString() {
    return "SlidingWindow[" + limit + " in " + windows.length() + "ns]";
  }
}

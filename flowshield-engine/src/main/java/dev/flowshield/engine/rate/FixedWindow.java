package dev.flowshield.engine.rate;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.math.BigInteger;
import java.time.OffsetDateTime;

/**
 * A number of permits in each window of the calendar, none carried over: for quotas such as "10,000
 * a day".
 *
 * <p>The word is a window and the permits taken in it. Windows are as long as the period and
 * aligned to midnight of 1970-01-01 at the given offset: a period of one day begins at midnight,
 * one of an hour at the full hour. The wall clock is read once, at the start.
 *
 * <pre>
 *   count = permits taken in the window of now; 0 if the word is of an earlier one
 *   admit if count + permits &lt;= limit, then count = count + permits
 *   else  retryAfter = the end of the window - now
 * </pre>
 *
 * <p><b>Ahead.</b> Waiters take permits of a later window, and a charge beyond the limit takes
 * those of the windows that follow: up to an hour ahead, or one window if that is longer. Then the
 * word is of that window, and nothing is admitted before it begins.
 *
 * <p><b>Range.</b> At most 10,000,000 permits a second, and the burst equals the permits. Then
 * every count fits.
 *
 * <p><b>Worst case.</b> Twice the limit at one instant: all of a window at its end and all of the
 * next at its beginning.
 *
 * <p>Immutable, pure, constant time. Exact: nothing is rounded.
 */
public final class FixedWindow implements RateAlgorithm {
  /*
   * The word
   *
   *   63 ......... shift | shift-1 ...... 2 |     1      | 0
   *    number of window  | permits taken    | given back | 0
   *
   * With shift = log2 of the window's length in ns, rounded down, the numbers do not wrap around
   * before the ticker does. The limit is at most a hundredth of the length, so it fits with bits to
   * spare.
   *
   * Invariants
   *   F1  The permits taken are at most the limit; charges beyond it go to the windows that
   *       follow.
   *   F2  A window whose last permit was refunded is marked, and not idle until it ends. So within
   *       a window a slot does not change its owner, and no word of one owner recurs under the
   *       next.
   */
  private static final int COUNT = 2;
  private static final long GIVEN_BACK = 2;

  private final long limit;
  private final Windows windows;

  /**
   * The algorithm for a limit.
   *
   * @param wallClock the wall-clock time, at the offset that the windows are aligned to
   * @param now the same instant on the ticker
   * @throws IllegalArgumentException if the limit is outside the range above
   */
  public FixedWindow(RateLimit limit, OffsetDateTime wallClock, long now) {
    Windows.requireWindow(limit, "fixed-window");
    long length = limit.period().toNanos();
    this.limit = limit.permits();
    this.windows =
        new Windows(now - into(wallClock, length), length, Windows.shiftWithoutTurn(length));
  }

  /** Returns the nanoseconds since the window of the wall clock began. */
  private static long into(OffsetDateTime wallClock, long length) {
    return BigInteger.valueOf(wallClock.toEpochSecond() + wallClock.getOffset().getTotalSeconds())
        .multiply(BigInteger.valueOf(1_000_000_000))
        .add(BigInteger.valueOf(wallClock.getNano()))
        .mod(BigInteger.valueOf(length))
        .longValueExact();
  }

  @Override
  public long idle(long now) {
    return windows.word(now);
  }

  @Override
  public boolean isIdle(long word, long now) {
    long idle = windows.word(now);
    long ahead = windows.between(idle, word);
    return word == idle || ahead < 0 || ahead > windows.farthest();
  }

  @Override
  public long step(long word, long now, long permits) {
    long idle = windows.word(now);
    long ahead = windows.between(idle, word);
    if (ahead > 0) {
      return REJECTED;
    }
    long standing = ahead < 0 ? idle : word;
    return permits > limit - count(standing) ? REJECTED : standing + (permits << COUNT);
  }

  @Override
  public long refund(long word, long taken, long refunded, long now, long permits) {
    if (isIdle(word, now) || windows.between(taken, word) != 0) {
      return word; // the window of the taking is over, so they have come back by themselves
    }
    return (word - (Math.min(permits, count(word)) << COUNT)) | GIVEN_BACK;
  }

  @Override
  public long charge(long word, long now, long permits) {
    long standing = standing(word, now);
    long room = limit - count(standing);
    if (permits <= room) {
      return standing + (permits << COUNT);
    }
    long beyond = permits - room - 1;
    long furthest = windows.later(windows.word(now), windows.chargeable());
    long on = Math.min(1 + beyond / limit, windows.between(standing, furthest));
    if (on <= 0) { // the clock has stepped back, or that much was charged before
      return standing + (room << COUNT);
    }
    long count = on > beyond / limit ? beyond % limit + 1 : limit;
    return windows.later(standing, on) + (count << COUNT);
  }

  /**
   * Returns the word for a key whose word by another limit with the same windows is {@code word}:
   * its count in proportion, rounded up.
   */
  long converted(FixedWindow from, long word, long now) {
    long standing = from.standing(word, now);
    long ahead = from.windows.between(from.windows.word(now), standing);
    return windows.later(windows.word(now), ahead)
        + (Conversion.scaled(from.count(standing), limit, from.limit) << COUNT);
  }

  boolean isOver(long owed, long after) {
    return windows.isOver(owed, after);
  }

  boolean hasWindowsOf(FixedWindow other) {
    return windows.areThoseOf(other.windows);
  }

  @Override
  public long remaining(long word, long now) {
    long standing = standing(word, now);
    return windows.between(windows.word(now), standing) > 0 ? 0 : limit - count(standing);
  }

  @Override
  public long retryAfterNanos(long word, long now, long permits) {
    long standing = standing(word, now);
    long ahead = windows.between(windows.word(now), standing);
    long wait = permits > limit - count(standing) ? ahead + 1 : ahead;
    return Math.max(1, wait * windows.length() - windows.into(now));
  }

  @Override
  public long burst() {
    return limit;
  }

  /** Returns the word that counts at this time: this one, or an idle one if it is idle. */
  private long standing(long word, long now) {
    return isIdle(word, now) ? windows.word(now) : word;
  }

  private long count(long word) {
    return (word & ((1L << windows.shift()) - 1)) >> COUNT;
  }

  @Override
  public String toString() {
    return "FixedWindow[" + limit + " in " + windows.length() + "ns]";
  }
}

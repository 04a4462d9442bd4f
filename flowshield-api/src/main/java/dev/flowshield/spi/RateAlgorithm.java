package dev.flowshield.spi;

/**
 * A rate limit as a pure step on one 64-bit word: given what is remembered of a key, the time, and
 * the permits asked for, what is remembered next, or that they are rejected.
 *
 * <p>The engine adds the bounded key table, the cap on keys, the shared overflow and the
 * thread-safety: {@code RateLimiter.of(new MyAlgorithm(), LimiterSpec.of(limit))}.
 *
 * <p><b>Words.</b> Every word is even; the engine keeps the odd values for marks of its own. A word
 * alone, with the time, tells all there is to know of a key.
 *
 * <p><b>Laws.</b> The engine relies on these, and a limiter that breaks one admits too much or too
 * little:
 *
 * <ol>
 *   <li>All methods are pure: equal arguments give equal answers, nothing is kept, no clock is
 *       read. So they are thread-safe.
 *   <li><i>Idle equals absent.</i> Of an {@link #isIdle idle} word, {@link #step} answers as of
 *       {@link #idle idle(now)}; or it rejects, and then the engine asks of that instead.
 *   <li><i>Words only rise.</i> A word that {@link #step} answers is above the word it was given,
 *       and above every word that is idle at that time ({@code a - b > 0} compares). So a word once
 *       left does not come again.
 *   <li><i>The time may be old.</i> {@code now} is wrap-safe ticker time ({@code a - b} compares)
 *       and may, by a race, be older than the reading that made the word. Then {@link #step} may
 *       reject (the engine asks again with a new reading), and must never admit what it would not
 *       admit at the word's own time.
 *   <li><i>The time may be ahead.</i> A caller that waits takes its permits at the time when they
 *       will be there, up to an hour ahead. A word may thus be ahead of the time, and is not idle
 *       before that time has come.
 *   <li><i>Giving back stays above.</i> A word that {@link #refund} answers is the one it was
 *       given, or is above every word that was idle a nanosecond before. So a slot that changed its
 *       owner never holds a word of the owner before.
 * </ol>
 *
 * <p>A step costs a few nanoseconds: no allocation, no exception, no loop.
 */
public interface RateAlgorithm {

  /** What {@link #step} answers when it rejects: no word, since words are even. */
  long REJECTED = -1L;

  /** The word of a key that was never seen. */
  long idle(long now);

  /** Whether a key with this word is the same as one never seen. */
  boolean isIdle(long word, long now);

  /**
   * The word after taking the permits, or {@link #REJECTED}.
   *
   * @param permits 1 to {@link #burst()}
   */
  long step(long word, long now, long permits);

  /**
   * Returns the word after refunding permits of a request that was not admitted after all, less
   * those that have come back by themselves. An admitted request that used fewer permits than it
   * had reserved is refunded by {@link #add}.
   *
   * @param taken the word that {@link #step} answered when they were taken
   * @param refunded permits of the same key that were given back since then, at most: without
   *     those it may be that these have come back earlier
   * @param permits no more than were taken
   */
  long refund(long word, long taken, long refunded, long now, long permits);

  /**
   * The word after permits were added to what is there, up to the burst: at no later time may more
   * than these be there beyond what would be without them. For what an operator adds, and for what
   * an admitted request had reserved and did not use. Unless overridden, as if permits taken at
   * this moment were given back.
   *
   * @param permits 1 or more, also above {@link #burst()}
   */
  default long add(long word, long now, long permits) {
    long most = burst() - remaining(word, now);
    return most <= 0 ? word : refund(word, word, 0, now, Math.min(permits, most));
  }

  /**
   * The word after taking permits that were used already, whether or not they are there. What comes
   * back in an hour or less must not be forgiven; what is beyond may be.
   *
   * @param permits 1 or more, also above {@link #burst()}
   */
  long charge(long word, long now, long permits);

  /** The permits that could be taken now; 0 or more. */
  long remaining(long word, long now);

  /**
   * After {@link #step} rejected: the shortest wait in nanoseconds, at least 1, after which it
   * would admit the same permits if nothing else was taken meanwhile.
   */
  long retryAfterNanos(long word, long now, long permits);

  /** The most permits that can ever be taken at once: the burst. */
  long burst();
}

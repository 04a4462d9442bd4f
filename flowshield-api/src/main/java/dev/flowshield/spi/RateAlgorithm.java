package dev.flowshield.spi;

/**
 * A rate limit as a pure function on one 64-bit word. The word is the state of a key. From the
 * word, the time and the requested permits, {@link #step} computes the next word or rejects.
 *
 * <p>The engine adds the bounded key table, the maximum number of keys, the shared overflow and the
 * thread-safety: {@code RateLimiter.of(new MyAlgorithm(), LimiterSpec.of(limit))}.
 *
 * <p><b>Words.</b> Every word is even, because the engine uses odd values for its own marks. A word
 * and the time together are the complete state of a key.
 *
 * <p><b>Laws.</b> The engine relies on these laws. A limiter that breaks one of them admits too
 * much or too little.
 *
 * <ol>
 *   <li><i>Pure.</i> Equal arguments give equal results. Methods keep no state and read no clock,
 *       so they are thread-safe.
 *   <li><i>Idle equals absent.</i> For an {@link #isIdle idle} word, {@link #step} returns the same
 *       as for {@link #idle idle(now)}. It may also reject; the engine then retries with {@code
 *       idle(now)}.
 *   <li><i>Words only rise.</i> A word returned by {@link #step} is above the given word, and above
 *       every word that is idle at that time ({@code a - b > 0} compares). A key therefore never
 *       returns to an earlier word.
 *   <li><i>The time may be old.</i> {@code now} is ticker time that may wrap around ({@code a - b}
 *       compares). In a race it may be older than the reading that produced the word. {@link #step}
 *       may then reject, and the engine retries with a new reading. It must not admit a request
 *       that it would reject at the time of the word.
 *   <li><i>The time may be ahead.</i> A waiting caller takes its permits as of the time when they
 *       will be available, up to an hour ahead. A word may thus be ahead of the time, and is not
 *       idle before that time.
 *   <li><i>A refund stays above.</i> A word returned by {@link #refund} is the given word, or is
 *       above every word that was idle a nanosecond before. A slot with a new owner therefore never
 *       holds a word of its previous owner.
 * </ol>
 *
 * <p>A step takes a few nanoseconds: it must not allocate, throw or loop.
 */
public interface RateAlgorithm {

  /** The result of {@link #step} for a rejection. Not a word, because words are even. */
  long REJECTED = -1L;

  /** Returns the word of a key that was never seen. */
  long idle(long now);

  /** Returns whether a key with this word is equivalent to a key that was never seen. */
  boolean isIdle(long word, long now);

  /**
   * Returns the word after taking the permits, or {@link #REJECTED}.
   *
   * @param permits the number of permits, 1 to {@link #burst()}
   */
  long step(long word, long now, long permits);

  /**
   * Returns the word after refunding permits of a request that was not admitted after all, less
   * those already refilled. If an admitted request used fewer permits than it had reserved, {@link
   * #add} refunds them.
   *
   * @param taken the word that {@link #step} returned when the permits were taken
   * @param refunded an upper bound on other refunds to this key since {@code taken}, which may have
   *     brought these permits back sooner
   * @param permits the permits to refund, at most those taken
   */
  long refund(long word, long taken, long refunded, long now, long permits);

  /**
   * Returns the word after adding permits to the remaining permits, up to the burst. At any later
   * time, at most these permits may remain in addition to those that would remain otherwise. Used
   * for permits that an operator adds, and for reserved permits that an admitted request did not
   * use. The default implementation refunds the permits as if they had been taken at this moment.
   *
   * @param permits the number of permits, 1 or more; may exceed {@link #burst()}
   */
  default long add(long word, long now, long permits) {
    long most = burst() - remaining(word, now);
    return most <= 0 ? word : refund(word, word, 0, now, Math.min(permits, most));
  }

  /**
   * Returns the word after taking permits that were already used, even if the key does not have
   * them. Debt that is refilled within an hour must be kept; debt beyond that may be forgiven.
   *
   * @param permits the number of permits, 1 or more; may exceed {@link #burst()}
   */
  long charge(long word, long now, long permits);

  /** Returns the number of permits that could be taken now, 0 or more. */
  long remaining(long word, long now);

  /**
   * Returns the shortest wait after a rejection by {@link #step}, in nanoseconds, at least 1. After
   * this wait the step admits the same permits if no other permits are taken meanwhile.
   */
  long retryAfterNanos(long word, long now, long permits);

  /** Returns the maximum number of permits that can ever be taken at once. */
  long burst();
}

package dev.flowshield.engine.allowance;

import dev.flowshield.spi.RateAlgorithm;

/**
 * The permits that one limit has left: for each key separately, or for all requests together.
 *
 * <p>A key is passed as its hash, which is never 0. Times are ticker nanoseconds. Thread-safe and
 * exact: no interleaving admits more than the limit.
 */
public interface Allowance {

  /** Takes permits if they are there now. Reads the clock itself if it needs to. */
  boolean tryTake(long hash, long permits);

  /** Takes permits like {@link #tryTake}, with an answer that the caller chooses. */
  <T> T take(long hash, long permits, AnswerFactory<T> answer);

  /**
   * Takes permits by the caller's reading of the clock. Reads the clock again only if that reading
   * rejects.
   *
   * @return the word after the taking, for {@link Ledger#refund}, or {@link RateAlgorithm#REJECTED}
   */
  long take(long hash, long permits, long now);

  /** Returns the permits that remain at this reading of the clock. */
  long remaining(long hash, long now);

  /**
   * Returns the wait, from this reading on, until the permits are there; 0 if they are there now.
   * Writes nothing.
   */
  long retryAfterNanos(long hash, long permits, long now);

  /** Returns the word of a key, which is its debt; an idle word if it owes nothing. */
  long word(long hash, long now);

  /** Raises the debt of a key to at least that of a word. */
  void raise(long hash, long least);

  /** Returns the algorithm of its words. */
  RateAlgorithm algorithm();

  /** Returns the most permits at once. */
  long burst();

  /** Returns the ledger of a key, for every operation but a plain taking. */
  Ledger ledger(long hash);

  /** Changes to another limit. The state of each key is kept in proportion. */
  void changeTo(RateAlgorithm next);
}

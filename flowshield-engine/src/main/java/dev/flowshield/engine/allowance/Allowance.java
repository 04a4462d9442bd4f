package dev.flowshield.engine.allowance;

import dev.flowshield.spi.RateAlgorithm;

/**
 * What is left of one limit: for each key by itself, or for all together.
 *
 * <p>Keys stand as hashes that are never 0. Times are ticker nanoseconds. Thread-safe and exact: no
 * interleaving admits more than the limit.
 */
public interface Allowance {

  /** Takes permits if they are there now; reads the clock itself if it has to. */
  boolean tryTake(long hash, long permits);

  /** As {@link #tryTake}, for a caller that wants to know more. */
  <T> T take(long hash, long permits, AnswerFactory<T> answer);

  /**
   * Takes permits by a reading of the clock that the caller has; reads it again only if that one
   * rejects.
   *
   * @return the word after it, for {@link Ledger#refund}, or {@link RateAlgorithm#REJECTED}
   */
  long take(long hash, long permits, long now);

  /** The permits left at this reading of the clock. */
  long remaining(long hash, long now);

  /**
   * How long the permits are not there yet, from this reading on; 0 if they are. Writes nothing.
   */
  long retryAfterNanos(long hash, long permits, long now);

  /** The word of a key, which tells what it owes; idle if nothing. */
  long word(long hash, long now);

  /** Lets a key owe at least what a word says. */
  void raise(long hash, long least);

  /** The formula that its words belong to. */
  RateAlgorithm algorithm();

  /** The most permits at once. */
  long burst();

  /** Where anything but a plain taking is done to a key. */
  Ledger ledger(long hash);

  /** Goes on with another limit, each key with its state in proportion. */
  void changeTo(RateAlgorithm next);
}

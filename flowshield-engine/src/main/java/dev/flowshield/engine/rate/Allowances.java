package dev.flowshield.engine.rate;

import dev.flowshield.spi.RateAlgorithm;

/**
 * What is left of one limit: for each key by itself, or for all together.
 *
 * <p>Keys stand as hashes that are never 0. Times are ticker nanoseconds. Thread-safe and exact: no interleaving admits more than the limit.
 */
public interface Allowances {

  /** Whether the permits are not there at this reading of the clock. Writes nothing. */
  boolean rejects(long hash, long permits, long now);

  /** Takes permits if they are there now; reads the clock itself if it has to. */
  boolean tryTake(long hash, long permits);

  /** As {@link #tryTake}, for who wants to know more. */
  <T> T take(long hash, long permits, Answer<T> answer);

  /**
   * Takes permits by a reading of the clock that the caller has; reads it anew only if that one refuses.
   *
   * @return the word after it, for {@link #giveBack}, or {@link RateAlgorithm#REJECTED}
   */
  long take(long hash, long permits, long now);

  /**
   * Takes permits as if it were later already, for a caller that then waits for that time.
   *
   * @param then that time
   * @param before what {@link #word} answered
   * @return the word after it; {@link RateAlgorithm#REJECTED} if they are not there then either; or {@link Slots#MOVING} if the word is
   *     not the one before any more: look again
   */
  long takeAhead(long hash, long permits, long then, long before);

  /** Notes the latest time for which a caller waits for permits of a key, as {@link Waits} has it. */
  void waitUntil(long hash, long time);

  /** No caller waits for permits of a key any more. */
  void waitOver(long hash);

  /** What is remembered of a key, for {@link #takeAhead} and {@link #undo}. */
  long word(long hash);

  /**
   * Makes undone what {@link #takeAhead} did last to a key, so that nothing of it is left.
   *
   * @param before what {@link #word} answered before it
   * @param taken what it answered
   * @param then the time it was for
   * @param givenBack what {@link #givenBack} answered before it
   * @return false, with nothing done, if that is not surely the last thing that was done to the key: then give back
   */
  boolean undo(long hash, long before, long taken, long permits, long then, long givenBack);

  /** How much was given back so far, of this key and maybe others. Read before taking; {@link #giveBack} wants to know it. */
  long givenBack(long hash);

  /**
   * Gives back permits that were taken and nobody used, as far as they have not come back by themselves. Permits that came from a
   * shared overflow, or were taken before a {@link #changeTo}, are not given back.
   *
   * @param taken what {@link #take} answered
   * @param givenBack what {@link #givenBack} answered before that
   */
  void giveBack(long hash, long taken, long givenBack, long permits);

  /** Takes permits that were used already, whether or not they are there. */
  void charge(long hash, long permits);

  /** The permits left at this reading of the clock. */
  long remaining(long hash, long now);

  /** How long the permits are not there yet, from this reading on; 0 if they are. */
  long retryAfterNanos(long hash, long permits, long now);

  /** Makes a key as good as new. */
  void reset(long hash);

  /** Goes on with another limit, each key with its state in proportion. */
  void changeTo(RateAlgorithm next);

  /** The most permits at once. */
  long maxPermits();

  /** Keys that have a place of their own, those included whose allowance is full again and whose place nobody needed since. */
  long tracked();

  /** How many places there are at most. */
  long capacity();

  /** How often a key was admitted from an allowance that it shares, since no place was free. */
  long overflowed();
}

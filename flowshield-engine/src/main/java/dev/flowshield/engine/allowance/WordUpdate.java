package dev.flowshield.engine.allowance;

import dev.flowshield.spi.RateAlgorithm;

/**
 * The next word in any operation but a plain taking: a refund, a charge, a reset, a taking ahead of
 * time, or its undo.
 */
public interface WordUpdate {

  /**
   * Returns the word that replaces this one, or this one for no change. Called again if the CAS
   * fails.
   *
   * @param word the current word; for a key without a slot, the one it would start from
   * @param now a reading made after the word was read
   */
  long next(RateAlgorithm algorithm, long word, long now);
}

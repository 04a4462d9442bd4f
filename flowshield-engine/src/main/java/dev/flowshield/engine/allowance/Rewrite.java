package dev.flowshield.engine.allowance;

import dev.flowshield.spi.RateAlgorithm;

/**
 * What a word becomes by anything but a plain taking: a refund, a charge, a reset, a taking ahead
 * of time, and its undo.
 */
public interface Rewrite {

  /**
   * The word that takes the place of this one; this one again for no change. Asked again where
   * another thread exchanged the word meanwhile.
   *
   * @param word of a key without a slot: what it would start from
   * @param now a reading made after the word was read
   */
  long next(RateAlgorithm algorithm, long word, long now);
}

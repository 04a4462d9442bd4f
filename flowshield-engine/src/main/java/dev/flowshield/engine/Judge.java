package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.rate.Slots;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/** Judges one limit of a shield without taking from it. Immutable, pure. */
record Judge(OverLimit.Scope scope, RateLimit limit, RateAlgorithm algorithm) {

  /** Why a word, read before the clock, refuses the permits; null if it does not. */
  @Nullable
  OverLimit judge(long word, long now, long permits) {
    return word == KeyTable.ABSENT || !Slots.rejects(algorithm, word, now, permits)
        ? null
        : overLimit(word, now, permits);
  }

  OverLimit overLimit(long word, long now, long permits) {
    return new OverLimit(
        scope,
        limit,
        algorithm.remaining(word, now),
        algorithm.retryAfterNanos(word, now, permits));
  }
}

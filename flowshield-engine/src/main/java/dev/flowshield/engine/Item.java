package dev.flowshield.engine;

import org.jspecify.annotations.Nullable;

/** What one request asks of one limit, and what it got. For one thread; settled once, by a {@link Bill}. */
abstract sealed class Item permits EngineLimit.Part, ProvidedLimit.Part {

  private final NamedLimit limit;
  private final String key;
  private final long hash;
  private final long permits;
  private boolean taken;

  Item(NamedLimit limit, String key, long permits) {
    this.limit = limit;
    this.key = key;
    this.hash = limit.hash(key);
    this.permits = permits;
  }

  final NamedLimit limit() {
    return limit;
  }

  final String key() {
    return key;
  }

  final long hash() {
    return hash;
  }

  final long permits() {
    return permits;
  }

  /** As {@link NamedLimit#retryAfterNanos}. */
  final long retryAfterNanos(long now) {
    return limit.retryAfterNanos(hash, permits, now);
  }

  /** As {@link NamedLimit#overLimit}. */
  final OverLimit overLimit(long now, long retryAfterNanos) {
    return limit.overLimit(hash, permits, now, retryAfterNanos);
  }

  /** Takes the permits if they are there. */
  final boolean take(long now) {
    taken = tryTake(now);
    return taken;
  }

  abstract boolean tryTake(long now);

  /** Why they could not be taken, for good; null if they went to others meanwhile. */
  abstract @Nullable OverLimit refusal();

  /** Gives back what was taken, as far as that can be done. */
  final void giveBack() {
    if (taken) {
      taken = false;
      settleTaken(0);
    }
  }

  /** Says what was used of the permits, if they were taken. */
  final void settle(long used) {
    if (taken) {
      settleTaken(used);
    }
  }

  abstract void settleTaken(long used);
}

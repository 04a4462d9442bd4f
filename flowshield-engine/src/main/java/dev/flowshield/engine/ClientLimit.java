package dev.flowshield.engine;

import org.jspecify.annotations.Nullable;

/**
 * What each client may, as a shield asks for it: first look, then take.
 *
 * <p>The look is for limits that can be judged without a write, so that a refusal writes nothing. A limit that cannot keeps the
 * defaults and decides when it is taken from.
 */
interface ClientLimit {

  /** What stands for the key in this limit. */
  default long hash(String key) {
    return 0;
  }

  /** Why the limit refuses the permits at a reading of the clock; null if it does not, or that is not to be known. */
  default @Nullable OverLimit judge(long hash, long now, long permits) {
    return null;
  }

  /** Takes the permits if they are there; null if they went to others since the clock was read. */
  @Nullable
  Admission take(String key, long hash, long permits, long now);

  /** The most permits at once. */
  long maxPermits();

  /** Clients that have a place in the table. */
  default long tracked() {
    return 0;
  }

  /** Places in the table. */
  default long capacity() {
    return 0;
  }

  /** Clients admitted from a shared allowance, as the table was full. */
  default long overflowed() {
    return 0;
  }
}

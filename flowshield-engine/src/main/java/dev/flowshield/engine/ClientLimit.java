package dev.flowshield.engine;

import dev.flowshield.engine.keyed.KeyTable;
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

  /** What is remembered of it, for {@link #judge}. */
  default long word(long hash) {
    return KeyTable.ABSENT;
  }

  /** Why the word, read before the clock, refuses the permits; null if it does not, or that is not to be known. */
  default @Nullable OverLimit judge(long word, long now, long permits) {
    return null;
  }

  /** Takes the permits if they are there. */
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

package dev.flowshield.engine.keyed;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The secret seed of the hashes of a process: drawn at its first use, or adopted from an earlier
 * process, so that keys have the hashes that they had there. Thread-safe.
 */
public final class Seed {

  private record Halves(long first, long second) {}

  private final AtomicReference<@Nullable Halves> halves = new AtomicReference<>();

  /** Returns the hash function with this seed, which does not change from now on. */
  SipHash use() {
    return new SipHash(first(), second());
  }

  /**
   * Adopts a seed.
   *
   * @return false if another one is in use
   */
  public boolean adopt(long first, long second) {
    Halves given = new Halves(first, second);
    return halves.compareAndSet(null, given) || given.equals(halves.get());
  }

  public long first() {
    return drawn().first;
  }

  public long second() {
    return drawn().second;
  }

  private Halves drawn() {
    Halves known = halves.get();
    if (known == null) {
      SecureRandom random = new SecureRandom();
      Halves drawn = new Halves(random.nextLong(), random.nextLong());
      Halves other = halves.compareAndExchange(null, drawn);
      known = other == null ? drawn : other;
    }
    return known;
  }
}

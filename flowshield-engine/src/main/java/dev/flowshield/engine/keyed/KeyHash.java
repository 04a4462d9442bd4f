package dev.flowshield.engine.keyed;

/**
 * The hash of a key, with one secret seed for all tables of the process, so that a key that is held
 * to several limits is hashed once.
 */
public final class KeyHash {

  private static final Seed SEED = new Seed();

  /** Initialized with the first hash, so that a snapshot can bring its seed before. */
  private static final class Hash {
    static final SipHash OF = SEED.use();
  }

  private KeyHash() {}

  /** Returns the seed, which is a secret. */
  public static Seed seed() {
    return SEED;
  }

  /** Returns the hash of a key; never 0. */
  static long of(String key) {
    long code = Hash.OF.hash(key);
    return code == Buckets.NO_KEY ? 1 : code;
  }
}

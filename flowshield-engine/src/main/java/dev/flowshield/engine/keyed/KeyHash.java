package dev.flowshield.engine.keyed;

/**
 * The hash that stands for a key, in all tables of the process: one secret for all of them, so that
 * a key which is held to several limits is hashed once.
 */
public final class KeyHash {

  private static final Seed SEED = new Seed();

  /** Made with the first hash, so that a snapshot may bring its seed along before. */
  private static final class Hash {
    static final SipHash OF = SEED.use();
  }

  private KeyHash() {}

  /** The seed, which is a secret. */
  public static Seed seed() {
    return SEED;
  }

  /** The hash of a key; never 0. */
  static long of(String key) {
    long code = Hash.OF.hash(key);
    return code == Buckets.NOBODY ? 1 : code;
  }
}

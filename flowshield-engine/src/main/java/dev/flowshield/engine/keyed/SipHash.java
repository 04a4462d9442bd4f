package dev.flowshield.engine.keyed;

/**
 * A keyed hash of strings: SipHash-1-3 over the string's chars in UTF-16LE. Without the seed,
 * strings cannot be chosen so that their hashes collide.
 *
 * <p>Four chars make one 64-bit word, whatever the string's internal encoding. Immutable,
 * thread-safe, allocates nothing; its cost is that of {@code charAt}. Source: Aumasson and
 * Bernstein, "SipHash: a fast short-input PRF", with one compression round and three finalisation
 * rounds.
 */
final class SipHash {

  private static final int FINAL_ROUNDS = 3;

  private final long seed0;
  private final long seed1;

  SipHash(long seed0, long seed1) {
    this.seed0 = seed0;
    this.seed1 = seed1;
  }

  long hash(String text) {
    long v0 = seed0 ^ 0x736f6d6570736575L;
    long v1 = seed1 ^ 0x646f72616e646f6dL;
    long v2 = seed0 ^ 0x6c7967656e657261L;
    long v3 = seed1 ^ 0x7465646279746573L;
    int words = text.length() / 4;
    // The round is written twice, with a word and without, because compilers optimize such loops
    // better.
    for (int i = 0; i <= words; i++) {
      long word = i < words ? word(text, i * 4) : lastWord(text, i * 4);
      v3 ^= word;
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
      v0 ^= word;
    }
    v2 ^= 0xff;
    for (int i = 0; i < FINAL_ROUNDS; i++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private static long word(String text, int at) {
    return text.charAt(at)
        | (long) text.charAt(at + 1) << 16
        | (long) text.charAt(at + 2) << 32
        | (long) text.charAt(at + 3) << 48;
  }

  /** Returns the remaining chars and, in the top byte, the length in bytes. */
  private static long lastWord(String text, int at) {
    int length = text.length();
    long word = (2L * length) << 56;
    if (at < length) {
      word |= text.charAt(at);
    }
    if (at + 1 < length) {
      word |= (long) text.charAt(at + 1) << 16;
    }
    if (at + 2 < length) {
      word |= (long) text.charAt(at + 2) << 32;
    }
    return word;
  }
}

package dev.flowshield.engine;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The name of a key for operators: an id without meaning, or the key, if the owner wants to see
 * keys.
 */
final class KeyName {

  /** The most characters of a key that are shown. */
  static final int LONGEST = 64;

  private KeyName() {}

  /**
   * Returns the id: 16 hex digits of the hash of the key. Its seed is secret, so the key cannot be
   * computed from it.
   */
  static String id(long hash) {
    return HexFormat.of().toHexDigits(hash);
  }

  /** Returns the hash that an id was made of. */
  static long hash(String id) {
    return HexFormat.fromHexDigitsToLong(id);
  }

  /** Returns the key, cut to 64 characters, or the id if there is no key to show. */
  static String of(long hash, @Nullable String key) {
    if (key == null) {
      return id(hash);
    }
    return key.length() <= LONGEST ? key : key.substring(0, LONGEST);
  }
}

package dev.flowshield.http.charge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Replaces the secrets of clients, such as API keys, so that no table, log or listener holds a
 * secret: the first 128 bits of HMAC-SHA-256 (RFC 2104). The key is random for each process, or
 * common to all instances that share their limits.
 *
 * <p>Thread-safe. A hash takes a few microseconds.
 */
public final class SecretHash {

  private static final String HMAC = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final int BYTES = 16;

  /** The hash of this process alone. */
  public static final SecretHash OF_PROCESS = new SecretHash(randomKey());

  private final SecretKeySpec key;

  private SecretHash(byte[] key) {
    this.key = new SecretKeySpec(key, HMAC);
  }

  /** Returns the hash of all processes with the same secret, which may be empty. */
  public static SecretHash shared(String secret) {
    return new SecretHash(("flowshield-keys:" + secret).getBytes(UTF_8));
  }

  private static byte[] randomKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** Returns the hash of a secret, as 32 hexadecimal digits. */
  public String of(String secret) {
    try {
      Mac mac = Mac.getInstance(HMAC); // for each call, because it has state
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(secret.getBytes(UTF_8)), 0, BYTES);
    } catch (GeneralSecurityException impossible) { // every Java platform has it
      throw new IllegalStateException(HMAC + " must be available", impossible);
    }
  }
}

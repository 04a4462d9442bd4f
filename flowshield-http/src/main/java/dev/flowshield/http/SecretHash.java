package dev.flowshield.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Stands for a secret of a client, such as an API key, so that the secret itself is in no table,
 * log or listener: the first 128 bits of HMAC-SHA-256 (RFC 2104). Where limits are kept by this
 * process, by a key that is drawn when it starts; where instances share them, by one that all of
 * them have.
 *
 * <p>Thread-safe; a few microseconds.
 */
final class SecretHash {

  private static final String HMAC = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final int BYTES = 16;

  /** That of this process alone. */
  static final SecretHash OF_PROCESS = new SecretHash(drawn());

  private final SecretKeySpec key;

  private SecretHash(byte[] key) {
    this.key = new SecretKeySpec(key, HMAC);
  }

  /** That of all processes with the same secret, which may be empty. */
  static SecretHash shared(String secret) {
    return new SecretHash(("flowshield-keys:" + secret).getBytes(UTF_8));
  }

  private static byte[] drawn() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** The hash of a value, as 32 hexadecimal digits. */
  String of(String secret) {
    try {
      Mac mac = Mac.getInstance(HMAC); // each thread its own, as it has a state
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(secret.getBytes(UTF_8)), 0, BYTES);
    } catch (GeneralSecurityException impossible) { // every Java platform has it
      throw new IllegalStateException(HMAC + " must be available", impossible);
    }
  }
}

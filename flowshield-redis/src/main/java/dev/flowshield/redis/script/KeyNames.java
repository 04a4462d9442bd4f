package dev.flowshield.redis.script;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The names of keys in the store: {@code prefix:{hash}:limit}. The hash has 128 bits, is keyed by a
 * secret, and is written as base64url. The store therefore sees no key of a client, and a client
 * cannot choose the server of a cluster that keeps its key. The text between the braces, the hash
 * tag, determines the slot.
 *
 * <p>Thread-safe.
 */
public final class KeyNames {

  private static final String HMAC = "HmacSHA256";
  private static final int BYTES = 16;
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private final String prefix;
  private final Mac mac; // never updated: each name is computed by a clone

  public KeyNames(String prefix, String secret) {
    this.prefix = prefix + ":{";
    try {
      this.mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(("flowshield:" + secret).getBytes(StandardCharsets.UTF_8), HMAC));
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) { // each platform has it
      throw new IllegalStateException(impossible);
    }
  }

  /** Returns the name of a key of a limit. */
  public String of(String limit, String key) {
    byte[] hash = copy().doFinal(bytes(key));
    return prefix + TEXT.encodeToString(Arrays.copyOf(hash, BYTES)) + "}:" + limit;
  }

  /** Returns all chars of a key. Half of a surrogate pair has no bytes in UTF-8. */
  private static byte[] bytes(String key) {
    ByteBuffer bytes = ByteBuffer.allocate(Character.BYTES * key.length());
    bytes.asCharBuffer().put(key);
    return bytes.array();
  }

  /** Returns the name of the list of instances, which no limit has. */
  public String ofInstances() {
    return of(":instances", "");
  }

  /** Returns the hash tag of a name, which determines its slot in a cluster. */
  public static String tag(String name) {
    return name.substring(name.indexOf('{'), name.indexOf('}'));
  }

  /** Returns a name that no limit has, in the slot of another name. */
  public static String trialBeside(String name) {
    return name.substring(0, name.indexOf('}') + 1) + "::trial";
  }

  private Mac copy() {
    try {
      return (Mac) mac.clone();
    } catch (CloneNotSupportedException impossible) { // the JDK's own can be cloned
      throw new IllegalStateException(impossible);
    }
  }
}

package dev.flowshield.console;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.http.binding.RequestView;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rule for operators who know the password: HTTP Basic, with any user name.
 *
 * <p>Keeps only a digest of the password. Digests have one length and are compared in constant
 * time, so the time of a response tells nothing about the password. A client has five failures at
 * once and one more every 12 seconds. After that, its requests are rejected whatever they send.
 *
 * <p>Thread-safe.
 */
final class PasswordAccess {

  /** The outcome for a request. */
  enum Outcome {
    /** The password is right. */
    GRANTED,
    /** No password, or a wrong one. */
    DENIED,
    /** Too many wrong ones from this client. */
    LOCKED
  }

  private static final String FAILURES = "5/min";
  private static final int MOST_CLIENTS = 10_000; // further ones share failures
  private static final String BASIC = "basic ";
  private static final int MOST_OF_A_HEADER = 2_048;

  private final byte[] digest;
  private final RateLimiter failures;

  PasswordAccess(String password, Ticker ticker) {
    this.digest = sha256(password.getBytes(StandardCharsets.UTF_8));
    this.failures =
        RateLimiter.of(LimiterSpec.of(FAILURES).withTicker(ticker).withMaxKeys(MOST_CLIENTS));
  }

  /**
   * Returns whether a request may use the console.
   *
   * @param client the key of its client
   */
  Outcome check(RequestView request, String client) {
    byte[] given = password(request.headers("Authorization"));
    if (given == null) {
      return Outcome.DENIED; // asked for the password, as the first request of a browser is
    }
    // Counts a failure before it looks, so that requests at one moment get no more attempts.
    if (!failures.tryAcquire(client)) {
      return Outcome.LOCKED;
    }
    if (!MessageDigest.isEqual(digest, sha256(given))) {
      return Outcome.DENIED;
    }
    failures.add(client, 1);
    return Outcome.GRANTED;
  }

  /** Returns the password of the only credentials; null if there are none. */
  private static byte @Nullable [] password(List<String> credentials) {
    if (credentials.size() != 1) {
      return null;
    }
    String header = credentials.get(0);
    if (header.length() > MOST_OF_A_HEADER
        || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return null;
    }
    try {
      byte[] pair = Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
      for (int i = 0; i < pair.length; i++) {
        if (pair[i] == ':') {
          return java.util.Arrays.copyOfRange(pair, i + 1, pair.length);
        }
      }
      return null;
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  private static byte[] sha256(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (NoSuchAlgorithmException impossible) { // each JDK must have it
      throw new IllegalStateException("SHA-256 must be there", impossible);
    }
  }
}

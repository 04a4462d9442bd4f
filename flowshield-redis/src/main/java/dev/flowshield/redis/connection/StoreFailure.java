package dev.flowshield.redis.connection;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisProtocolException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Reports that the store has not answered, or not as it should. Has no stack trace, because it may
 * be frequent.
 */
public final class StoreFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The error of the script for a value that a later version has written. */
  private static final String VERSION = "VERSION";

  private static final String NOPERM = "NOPERM";

  /** The beginning of the error for commands of a script that the user may not run. */
  private static final String ACL_FAILURE = "ACL failure in script";

  private static final String ACL_FAILURE_6_2 = "The user executing the script can't";

  /** The beginning of the client's message about too many commands in its queue. */
  private static final String FULL_QUEUE = "Request queue size exceeded";

  private static final int MOST_CAUSES = 10; // they may form a cycle

  /** The errors of a server that operators must be able to distinguish, by their names. */
  private static final List<String> KNOWN = List.of(
      "NOSCRIPT",
      "LOADING",
      "READONLY",
      "CLUSTERDOWN",
      "CROSSSLOT",
      "MASTERDOWN",
      "OOM",
      "MISCONF",
      NOPERM,
      "NOAUTH",
      "WRONGPASS",
      "BUSY",
      "TRYAGAIN",
      "MOVED",
      "ASK",
      VERSION);

  static final String MALFORMED = "malformed";
  static final String TIMEOUT = "timeout";
  static final String DISCONNECTED = "disconnected";
  static final String OVERLOADED = "overloaded";
  static final String ERROR = "error";
  static final String TLS = "TLS";
  static final String UNKNOWN_HOST = "unknown-host";
  public static final String NOT_ASKED = "not-asked";

  private final String reason;

  public StoreFailure(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** Returns the reason in one word, without data of the call. */
  public String reason() {
    return reason;
  }

  /** Returns whether no reply arrived in time. */
  boolean isTimeout() {
    return reason.equals(TIMEOUT);
  }

  /** Returns whether the only thing known is that there is no connection. */
  boolean isDisconnected() {
    return reason.equals(DISCONNECTED);
  }

  /** Returns the meaning of a failure of the client, or of its causes. */
  public static StoreFailure of(Throwable failure) {
    String reason = reason(failure, MOST_CAUSES);
    return new StoreFailure(reason.isEmpty() ? DISCONNECTED : reason);
  }

  private static String reason(@Nullable Throwable failure, int mostCauses) {
    if (failure == null || mostCauses == 0) {
      return "";
    }
    String reason = reason(failure);
    if (reason.isEmpty()) {
      reason = reason(failure.getCause(), mostCauses - 1);
    }
    for (Throwable ofOneServer : failure.getSuppressed()) { // in a cluster
      if (reason.isEmpty()) {
        reason = reason(ofOneServer, mostCauses - 1);
      }
    }
    return reason;
  }

  /** Returns the meaning of one cause by itself; empty if it has no meaning. */
  private static String reason(Throwable cause) {
    if (cause instanceof StoreFailure known) {
      return known.reason;
    }
    if (cause instanceof TimeoutException || cause instanceof RedisCommandTimeoutException) {
      return TIMEOUT;
    }
    if (cause instanceof RedisProtocolException
        || cause instanceof UnsupportedOperationException // a type that the client did not expect
        || cause instanceof ClassCastException) {
      return MALFORMED;
    }
    if (cause instanceof SSLException) { // a certificate, or a server without TLS
      return TLS;
    }
    if (cause instanceof UnknownHostException) {
      return UNKNOWN_HOST;
    }
    if (!(cause instanceof RedisException)) {
      return "";
    }
    String message = String.valueOf(cause.getMessage());
    for (String known : KNOWN) {
      if (isNamed(known, message)) {
        return known;
      }
    }
    if (message.startsWith(FULL_QUEUE)) {
      return OVERLOADED;
    }
    if (message.contains(ACL_FAILURE) || message.contains(ACL_FAILURE_6_2)) {
      return NOPERM;
    }
    return cause instanceof RedisCommandExecutionException ? ERROR : "";
  }

  /** Returns whether there were too many calls at a time, which does not concern the server. */
  boolean isOverload() {
    return reason.equals(OVERLOADED);
  }

  /** Returns whether the server answered, but cannot decide about this key. */
  boolean isOfOneKey() {
    return reason.equals(VERSION);
  }

  /**
   * Returns whether a new connection may help although the present one is open. The server may have
   * been replaced, or replies may no longer match their calls.
   */
  boolean needsNewConnection() {
    return switch (reason) {
      case TIMEOUT, MALFORMED, ERROR, "READONLY" -> true;
      default -> false;
    };
  }

  /**
   * Returns whether a message names an error. Redis 6.2 names errors in scripts after other text.
   */
  private static boolean isNamed(String kind, String message) {
    int at = message.indexOf(kind);
    return at >= 0
        && (at == 0 || !Character.isLetter(message.charAt(at - 1)))
        && (at + kind.length() == message.length()
            || !Character.isLetter(message.charAt(at + kind.length())));
  }
}

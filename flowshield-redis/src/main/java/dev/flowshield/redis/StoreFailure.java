package dev.flowshield.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisProtocolException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The store did not answer, or not what was asked. Without a stack trace, as it may come often. */
final class StoreFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The value of a key was written by a later version of the script, which answers this. */
  private static final String VERSION = "VERSION";

  private static final String NOPERM = "NOPERM";

  /** How servers begin to tell that the user may not do what the script does. */
  private static final String ACL_FAILURE = "ACL failure in script";

  private static final String ACL_FAILURE_6_2 = "The user executing the script can't";

  /** How the client begins to tell that it keeps no more commands. */
  private static final String FULL_QUEUE = "Request queue size exceeded";

  private static final int MOST_CAUSES = 10; // they may form a ring

  /** The errors of a server that an operator has to know apart, as it names them. */
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
  static final String NOT_ASKED = "not-asked";

  private final String reason;

  StoreFailure(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** Why, in a word that holds nothing of what was asked. */
  String reason() {
    return reason;
  }

  /** Whether no answer came in time. */
  boolean isTimeout() {
    return reason.equals(TIMEOUT);
  }

  /** Returns whether nothing is known but that there is no connection. */
  boolean isDisconnected() {
    return reason.equals(DISCONNECTED);
  }

  /** Returns the meaning of a failure of the client, or else of what it was caused by. */
  static StoreFailure of(Throwable failure) {
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
    for (Throwable ofOneServer : failure.getSuppressed()) { // as in a cluster
      if (reason.isEmpty()) {
        reason = reason(ofOneServer, mostCauses - 1);
      }
    }
    return reason;
  }

  /** Returns the meaning of one cause by itself; empty if it has none. */
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
      if (isSaid(known, message)) {
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

  /** Returns whether too much is asked of it at a time, which says nothing about the server. */
  boolean isOverload() {
    return reason.equals(OVERLOADED);
  }

  /** Returns whether the server answered, and cannot decide about this key alone. */
  boolean isOfOneKey() {
    return reason.equals(VERSION);
  }

  /**
   * Returns whether a new connection may help although the present one is open: the server was
   * replaced, or replies no longer arrive in the order of the questions.
   */
  boolean needsNewConnection() {
    return switch (reason) {
      case TIMEOUT, MALFORMED, ERROR, "READONLY" -> true;
      default -> false;
    };
  }

  /** Whether an error is of a kind. Redis 6.2 writes that of a command in a script behind text. */
  private static boolean isSaid(String kind, String message) {
    int at = message.indexOf(kind);
    return at >= 0
        && (at == 0 || !Character.isLetter(message.charAt(at - 1)))
        && (at + kind.length() == message.length()
            || !Character.isLetter(message.charAt(at + kind.length())));
  }

  /** Whether the server does not know the script, which is then sent in full. */
  static boolean isNoScript(Throwable failure) {
    return of(failure).reason.equals("NOSCRIPT");
  }
}

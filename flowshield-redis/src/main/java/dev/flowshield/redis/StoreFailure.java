package dev.flowshield.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisProtocolException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** The store did not answer, or not what was asked. Without a stack trace, as it may come often. */
final class StoreFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The value of a key was written by a later version of the script, which answers this. */
  private static final String VERSION = "VERSION";

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
      "NOPERM",
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

  /** What a failure of the client means. */
  static StoreFailure of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof StoreFailure known) {
      return known;
    }
    if (cause instanceof TimeoutException || cause instanceof RedisCommandTimeoutException) {
      return new StoreFailure(TIMEOUT);
    }
    if (cause instanceof RedisProtocolException
        || cause instanceof UnsupportedOperationException // a type that the client did not expect
        || cause instanceof ClassCastException) {
      return new StoreFailure(MALFORMED);
    }
    String message = cause instanceof RedisException ? String.valueOf(cause.getMessage()) : "";
    for (String known : KNOWN) {
      if (isSaid(known, message)) {
        return new StoreFailure(known);
      }
    }
    return new StoreFailure(cause instanceof RedisCommandExecutionException ? ERROR : DISCONNECTED);
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

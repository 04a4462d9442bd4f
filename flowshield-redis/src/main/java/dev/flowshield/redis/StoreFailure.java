package dev.flowshield.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** The store did not answer, or not what was asked. Without a stack trace, as it may come often. */
final class StoreFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

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
      "ASK");

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
    String message = cause instanceof RedisException ? String.valueOf(cause.getMessage()) : "";
    for (String known : KNOWN) {
      if (isSaid(known, message)) {
        return new StoreFailure(known);
      }
    }
    boolean isAnswer = message.startsWith("ERR") && !(cause instanceof RedisConnectionException);
    return new StoreFailure(isAnswer ? ERROR : DISCONNECTED);
  }

  /** Whether a client that is connected to a server that was replaced would see this. */
  boolean isOfAnother() {
    return reason.equals(TIMEOUT) || reason.equals("READONLY");
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

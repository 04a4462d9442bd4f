package dev.flowshield.http;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Blocked;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Rejection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The answers to rejections. They say what the engine says, so they follow a limit that is changed.
 *
 * <p>Thread-safe, lock-free. Answers are made once for each rate and each wait, in bounded memory.
 */
final class Answers {

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int MOST_RATES = 256; // at most 40 kB each

  private final ReadyAnswers shed;
  private final ReadyAnswers blocked = new ReadyAnswers(
      TOO_MANY_REQUESTS, "Blocked after too many rejected requests", ",\"mode\":\"per-ip\"");
  private final Map<RateLimit, ReadyAnswers> together = new ConcurrentHashMap<>();
  private final Map<RateLimit, ReadyAnswers> each = new ConcurrentHashMap<>();

  /** Answers with this status where the server is full. */
  Answers(int overloadStatus) {
    // No number is told: how much the server can do is none of the client's business.
    this.shed = new ReadyAnswers(overloadStatus, "Server is busy", ",\"mode\":\"overload\"");
  }

  /** The answer to a rejection. */
  HttpRejection to(Rejection rejection) {
    return ready(rejection).after(rejection.retryAfterNanos());
  }

  private ReadyAnswers ready(Rejection rejection) {
    if (rejection instanceof OverLimit spent) {
      boolean isTogether = spent.scope() == Scope.TOGETHER;
      return ready(isTogether ? together : each, spent.limit(), isTogether ? "global" : "per-ip");
    }
    return rejection instanceof Blocked ? blocked : shed;
  }

  private static ReadyAnswers ready(
      Map<RateLimit, ReadyAnswers> kept, RateLimit limit, String mode) {
    ReadyAnswers known = kept.get(limit);
    if (known != null) {
      return known;
    }
    ReadyAnswers made = new ReadyAnswers(
        TOO_MANY_REQUESTS,
        "Rate limit exceeded",
        ",\"limit\":" + limit.permits() + ",\"mode\":\"" + mode + "\"");
    if (kept.size() >= MOST_RATES) { // most are of limits that were changed since
      kept.clear();
    }
    kept.put(limit, made);
    return made;
  }
}

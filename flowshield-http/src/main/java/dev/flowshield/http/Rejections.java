package dev.flowshield.http;

import dev.flowshield.RateLimit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The answers of one reason to refuse. They differ in the wait alone, so those for short waits are made once and then shared: the more
 * requests are refused, the cheaper each.
 *
 * <p>Thread-safe, lock-free. Holds at most {@value #MOST_KEPT} answers, about 40 kilobytes; an answer for a longer wait is made anew.
 */
final class Rejections {

  private static final int MOST_KEPT = 60;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final int status;
  private final String beforeRetryAfter;
  private final String afterRetryAfter;

  // Two threads may both make an answer; they are alike, and either may stay.
  private final AtomicReferenceArray<HttpRejection> kept = new AtomicReferenceArray<>(MOST_KEPT);

  private Rejections(int status, String message, String members) {
    this.status = status;
    this.beforeRetryAfter = "{\"status\":\"busy\",\"message\":\"" + message + "\",\"retry_after\":";
    this.afterRetryAfter = members + "}";
  }

  /** A limit is spent. */
  static Rejections ofLimit(RateLimit limit, String mode) {
    return new Rejections(
        429, "Rate limit exceeded", ",\"limit\":" + limit.permits() + ",\"mode\":\"" + mode + "\"");
  }

  /** The server is full. No number is told: how much the server can do is none of the client's business. */
  static Rejections ofOverload(int status) {
    return new Rejections(status, "Server is busy", ",\"mode\":\"overload\"");
  }

  /** The answer that promises this wait, rounded up to whole seconds: who comes back then must not be early. */
  HttpRejection after(long waitNanos) {
    long begun = waitNanos % NANOS_PER_SECOND > 0 ? 1 : 0;
    long seconds = Math.max(1, waitNanos / NANOS_PER_SECOND + begun);
    if (seconds > MOST_KEPT) {
      return make(seconds);
    }
    int index = (int) seconds - 1;
    HttpRejection answer = kept.get(index);
    if (answer == null) {
      answer = make(seconds);
      kept.set(index, answer);
    }
    return answer;
  }

  private HttpRejection make(long seconds) {
    return HttpRejection.of(status, seconds, beforeRetryAfter + seconds + afterRetryAfter);
  }
}

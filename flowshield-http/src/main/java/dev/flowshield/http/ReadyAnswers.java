package dev.flowshield.http;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one reason to reject. They differ in the wait alone. Those for recent waits are
 * kept and shared: the more requests are rejected, the cheaper each is.
 *
 * <p>Thread-safe, lock-free. Holds at most {@value #MOST_KEPT} answers.
 */
final class ReadyAnswers {

  private static final int MOST_KEPT = 64;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final int status;
  private final String beforeRetryAfter;
  private final String afterRetryAfter;

  // The place of an answer is its wait modulo the size: of long waits too, those of one moment are
  // close to each other. Two threads may both make an answer; they are alike, and either may stay.
  private final AtomicReferenceArray<@Nullable Kept> kept = new AtomicReferenceArray<>(MOST_KEPT);

  private record Kept(long seconds, HttpRejection answer) {}

  /**
   * Answers with a status, a message, and more members of the JSON object.
   *
   * @param members each begins with a comma
   */
  ReadyAnswers(int status, String message, String members) {
    this.status = status;
    this.beforeRetryAfter = "{\"status\":\"busy\",\"message\":\"" + message + "\",\"retry_after\":";
    this.afterRetryAfter = members + "}";
  }

  /**
   * The answer for this wait, rounded up to whole seconds: a client that comes back then is not
   * early.
   */
  HttpRejection after(long waitNanos) {
    long begun = waitNanos % NANOS_PER_SECOND > 0 ? 1 : 0;
    long seconds = Math.max(1, waitNanos / NANOS_PER_SECOND + begun);
    int index = (int) (seconds % MOST_KEPT);
    Kept known = kept.get(index);
    if (known == null || known.seconds != seconds) {
      known = new Kept(
          seconds, HttpRejection.of(status, seconds, beforeRetryAfter + seconds + afterRetryAfter));
      kept.set(index, known);
    }
    return known.answer;
  }
}

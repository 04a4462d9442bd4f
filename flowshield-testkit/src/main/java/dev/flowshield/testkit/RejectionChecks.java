package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks of calls that must throw because of invalid arguments, and of requests for more than the
 * burst, which must be rejected without a retry.
 */
final class RejectionChecks {

  private RejectionChecks() {}

  /** Returns numbers of permits above the burst. */
  static long[] beyond(RateLimit limit) {
    return LongStream.of(limit.burst() + 1, Long.MAX_VALUE, Long.MAX_VALUE / 2, (1L << 32) + 1)
        .filter(permits -> permits > limit.burst())
        .toArray();
  }

  /** Requires a rejection that is not retryable. */
  static void requireNotRetryable(LimiterFixture fixture, String call, Decision decision) {
    if (!(decision instanceof Decision.Rejected rejected)
        || rejected.isRetryable()
        || rejected.reason() != Decision.Reason.BEYOND_BURST) {
      throw fixture.fault(
          call,
          "rejected with retryAfterNanos NEVER and reason BEYOND_BURST",
          decision,
          "more than the burst is never available, and the number may come from a client");
    }
    if (rejected.remaining() < 0 || rejected.remaining() > fixture.limit().burst()) {
      throw fixture.fault(
          "remaining of a rejection by " + call,
          "0 to " + fixture.limit().burst(),
          rejected.remaining(),
          "report the available permits");
    }
  }

  /** Requires that the call throws an exception of this kind, or that its stage fails with one. */
  static <T> void requireAsync(
      LimiterFixture fixture,
      Class<? extends Exception> kind,
      String call,
      Callable<? extends CompletionStage<T>> body) {
    require(fixture, kind, call, () -> {
      CompletableFuture<T> answer = body.call().toCompletableFuture();
      try {
        return answer.get(fixture.timeout().toNanos() / 3, TimeUnit.NANOSECONDS);
      } catch (ExecutionException failed) {
        throw failed.getCause() instanceof Exception cause ? cause : failed;
      }
    });
  }

  /** Requires that the call throws an exception of this kind, with a message. */
  static void require(
      LimiterFixture fixture,
      Class<? extends Exception> kind,
      String call,
      Callable<? extends @Nullable Object> body) {
    Object given;
    try {
      given = body.call();
    } catch (Exception thrown) {
      if (!kind.isInstance(thrown)) {
        throw fixture.fault(
            call, kind.getSimpleName(), thrown, "callers rely on the declared exception");
      }
      if (thrown instanceof IllegalArgumentException && thrown.getMessage() == null) {
        throw fixture.fault(
            "the message of " + kind.getSimpleName() + " of " + call,
            "a text",
            "none",
            "state what is allowed");
      }
      return;
    }
    throw fixture.fault(
        call,
        kind.getSimpleName(),
        "the result " + given,
        "validate the arguments before taking permits");
  }
}

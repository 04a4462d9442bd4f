package dev.flowshield.testkit;

import dev.flowshield.Decision;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Checks of results, and access to results of stages and threads. */
final class Results {

  private Results() {}

  /** Checks the rules for all decisions, and returns the decision. */
  static Decision checked(LimiterFixture fixture, Decision decision, long permits) {
    long burst = fixture.limit().burst();
    if (decision instanceof Decision.Rejected rejected) {
      if (rejected.retryAfterNanos() < 1) {
        throw fixture.fault(
            "retryAfterNanos of a rejection",
            "1 or more",
            rejected.retryAfterNanos(),
            "available permits are admitted, and a refill takes at least a nanosecond");
      }
      if (rejected.remaining() < 0 || rejected.remaining() >= permits) {
        throw fixture.fault(
            "remaining of a rejection of " + permits + " permits",
            "0 to " + (permits - 1),
            rejected.remaining(),
            "a request for the remaining permits is admitted");
      }
    } else if (decision.remaining() < 0 || decision.remaining() > burst - permits) {
      throw fixture.fault(
          "remaining after " + permits + " permits were admitted",
          "0 to " + (burst - permits),
          decision.remaining(),
          "report the permits left after the call");
    }
    return decision;
  }

  /** Returns the result of a stage that needs no advance of the ticker. */
  static <T> T of(LimiterFixture fixture, String call, CompletionStage<T> stage) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletionStage<T> unused = stage.whenComplete((given, failure) -> {
      if (failure == null) {
        answer.complete(given);
      } else {
        answer.completeExceptionally(failure);
      }
    });
    Object given;
    try {
      T value = answer.get(fixture.timeout().toNanos() / 3, TimeUnit.NANOSECONDS);
      if (value != null) {
        return value;
      }
      given = null;
    } catch (TimeoutException tooLong) {
      given = "no result within " + fixture.timeout().dividedBy(3);
    } catch (ExecutionException failed) {
      given = failed.getCause();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", interrupted);
    }
    throw fixture.fault(
        "the result of " + call,
        "given by its stage",
        given,
        "complete the stage with the result of the synchronous call, never with null");
  }

  /**
   * Returns the result of a thread within a time limit; otherwise the reason why there is no
   * result, for a message.
   */
  static Object within(long seconds, Future<?> thread) throws InterruptedException {
    try {
      return thread.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException tooLong) {
      return "no result within " + seconds + " s";
    } catch (ExecutionException failed) {
      return failed.getCause() == null ? failed : failed.getCause();
    }
  }
}

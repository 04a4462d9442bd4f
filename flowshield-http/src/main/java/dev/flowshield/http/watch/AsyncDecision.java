package dev.flowshield.http.watch;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.process.ProcessTimer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A decision that waits for a limiter outside the engine, and is completed by a thread of the
 * server. An admission that the caller does not receive is refunded exactly once.
 */
public final class AsyncDecision {

  private static final int PATIENCE_SECONDS = 5;

  private final CompletableFuture<HttpAdmission> result = new CompletableFuture<>();
  private final Function<? super Admission, ? extends HttpAdmission> finish;

  private AsyncDecision(Function<? super Admission, ? extends HttpAdmission> finish) {
    this.finish = finish;
  }

  /**
   * Returns the decision for the server.
   *
   * @param asked the decision of the engine
   * @param finish creates the result, on the server's thread
   * @param server runs tasks on the server's thread
   */
  @SuppressWarnings("FutureReturnValueIgnored") // finishBy sees to failures, and cancel has none
  public static CompletableFuture<HttpAdmission> of(
      CompletableFuture<Admission> asked,
      Function<? super Admission, ? extends HttpAdmission> finish,
      Executor server) {
    AsyncDecision decision = new AsyncDecision(finish);
    if (asked.isDone()) {
      decision.finish(asked.handle((admission, failure) -> admission).join(), failureOf(asked));
    } else {
      boundedFrom(asked)
          .whenComplete((admission, failure) -> decision.finishBy(server, admission, failure));
      decision.result.whenComplete(
          (admission, failure) -> asked.cancel(false)); // if the caller left
    }
    return decision.result;
  }

  /** Waits for the decision of the engine on the calling thread. */
  public static Admission join(CompletableFuture<Admission> asked) {
    try {
      return boundedFrom(asked).join();
    } catch (CompletionException failure) {
      throw unchecked(failure);
    }
  }

  private static CompletableFuture<Admission> boundedFrom(CompletableFuture<Admission> asked) {
    return ProcessTimer.timeOut(asked, PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static @Nullable Throwable failureOf(CompletableFuture<Admission> asked) {
    return asked.handle((admission, failure) -> failure).join();
  }

  private void finishBy(
      Executor server, @Nullable Admission admission, @Nullable Throwable failure) {
    try {
      server.execute(() -> finish(admission, failure));
    } catch (Throwable rejected) { // the server is shutting down
      refund(admission);
      result.completeExceptionally(rejected);
    }
  }

  private void finish(@Nullable Admission admission, @Nullable Throwable failure) {
    if (failure != null || admission == null) {
      result.completeExceptionally(unchecked(failure));
    } else if (result.isDone()) { // the caller has left
      refund(admission);
    } else {
      try {
        HttpAdmission finished = finish.apply(admission);
        if (!result.complete(finished) && finished instanceof HttpAdmitted admitted) {
          admitted.ignored();
          admitted.close();
        }
      } catch (Throwable impossible) { // everything is refunded
        result.completeExceptionally(impossible);
      }
    }
  }

  private static void refund(@Nullable Admission admission) {
    if (admission instanceof Admitted admitted) {
      admitted.ignored();
      admitted.close();
    }
  }

  private static RuntimeException unchecked(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    if (cause instanceof TimeoutException) {
      return new IllegalStateException("a limiter must answer within " + PATIENCE_SECONDS
          + " seconds, got no answer: see to the place where the limit is kept");
    }
    return cause instanceof RuntimeException known
        ? known
        : new IllegalStateException("a limiter must answer, got a failure", cause);
  }
}

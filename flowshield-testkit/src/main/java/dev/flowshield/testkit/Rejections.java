package dev.flowshield.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Mistakes of a caller, which a limiter answers with an exception. */
final class Rejections {

  private Rejections() {}

  /** The call must throw this kind of exception, or its stage must fail with one. */
  static <T> void requireLater(
      Trial trial,
      Class<? extends Exception> kind,
      String call,
      Callable<? extends CompletionStage<T>> body) {
    require(trial, kind, call, () -> {
      CompletableFuture<T> answer = body.call().toCompletableFuture();
      try {
        return answer.get(trial.patience().toNanos() / 3, TimeUnit.NANOSECONDS);
      } catch (ExecutionException failed) {
        throw failed.getCause() instanceof Exception cause ? cause : failed;
      }
    });
  }

  /** The call must throw this kind of exception, with a message. */
  static void require(
      Trial trial,
      Class<? extends Exception> kind,
      String call,
      Callable<? extends @Nullable Object> body) {
    Object given;
    try {
      given = body.call();
    } catch (Exception thrown) {
      if (!kind.isInstance(thrown)) {
        throw trial.fault(
            call, kind.getSimpleName(), thrown, "callers rely on the declared exception");
      }
      if (thrown instanceof IllegalArgumentException && thrown.getMessage() == null) {
        throw trial.fault(
            "the message of " + kind.getSimpleName() + " of " + call,
            "a text",
            "none",
            "say what is allowed");
      }
      return;
    }
    throw trial.fault(
        call,
        kind.getSimpleName(),
        "the answer " + given,
        "check what a caller asks for before anything is taken");
  }
}

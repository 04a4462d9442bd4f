package dev.flowshield;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The default implementations of {@link RateLimiter}, for limiters that implement only {@code
 * decide}.
 */
final class Defaults {

  private Defaults() {}

  /**
   * Retries for fewer permits after each rejection, for at most the permits that remained. A
   * rejection of more than the burst also states the remaining permits.
   */
  static long takeUpTo(RateLimiter limiter, String key, long most) {
    long wanted = most;
    for (int tries = 1; wanted > 0 || tries == 1; tries++) { // decide rejects an invalid maximum
      if (!(limiter.decide(key, wanted) instanceof Decision.Rejected rejected)) {
        return wanted;
      }
      // Halving bounds the number of tries if the permits that remain are always taken by others.
      long fewer = tries < 8 ? wanted - 1 : wanted / 2;
      wanted = Math.min(rejected.remaining(), fewer);
    }
    return 0;
  }

  /**
   * Returns a completed future. Creates the future before the value is computed, because the
   * allocation may fail.
   */
  static <T> CompletableFuture<T> later(Supplier<T> answer) {
    CompletableFuture<T> later = new CompletableFuture<>();
    later.complete(answer.get());
    return later;
  }

  /** Waits for the decision. An interrupt before the decision refunds the permits. */
  static Decision await(CompletableFuture<Decision> waiting) throws InterruptedException {
    try {
      return waiting.get();
    } catch (InterruptedException interrupted) {
      if (waiting.cancel(false)) {
        throw interrupted;
      }
      Thread.currentThread().interrupt(); // the permits came first: report both
      return waiting.join();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("waiting for permits failed: " + failed.getCause(), failed);
    }
  }
}

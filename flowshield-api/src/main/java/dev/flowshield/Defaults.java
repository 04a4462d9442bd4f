package dev.flowshield;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** How a limiter that only decides answers the other questions of {@link RateLimiter}. */
final class Defaults {

  private Defaults() {}

  /**
   * Asks again for fewer after a rejection, each time for no more than what remained. A rejection
   * of more than the burst says what remained, too.
   */
  static long takeUpTo(RateLimiter limiter, String key, long most) {
    long wanted = most;
    for (int tries = 1; wanted > 0 || tries == 1; tries++) { // a mistake is for decide to reject
      if (!(limiter.decide(key, wanted) instanceof Decision.Rejected rejected)) {
        return wanted;
      }
      // Should what remains never be there, few tries are enough.
      long fewer = tries < 8 ? wanted - 1 : wanted / 2;
      wanted = Math.min(rejected.remaining(), fewer);
    }
    return 0;
  }

  /** A future of what is known at once; the future is made first, as memory may run out. */
  static <T> CompletableFuture<T> later(Supplier<T> answer) {
    CompletableFuture<T> later = new CompletableFuture<>();
    later.complete(answer.get());
    return later;
  }

  /** Blocks until the answer is there; an interrupt before that gives the permits back. */
  static Decision await(CompletableFuture<Decision> waiting) throws InterruptedException {
    try {
      return waiting.get();
    } catch (InterruptedException interrupted) {
      if (waiting.cancel(false)) {
        throw interrupted;
      }
      Thread.currentThread().interrupt(); // the permits came first: the caller has both
      return waiting.join();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("waiting for permits failed: " + failed.getCause(), failed);
    }
  }
}

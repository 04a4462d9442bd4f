package dev.flowshield.testkit;

import static dev.flowshield.testkit.Capabilities.test;
import static dev.flowshield.testkit.Waiting.HOUR;
import static dev.flowshield.testkit.Waiting.acquire;
import static dev.flowshield.testkit.Waiting.requireAdmitted;
import static dev.flowshield.testkit.Waiting.requireAsBefore;
import static dev.flowshield.testkit.Waiting.requireNothingPending;
import static dev.flowshield.testkit.Waiting.requireWaiting;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What holds when a waiter gives up, by whatever completes its future. */
final class GivingUp {

  /** How a future is completed by its caller, which takes no permits thereby. */
  record Way(String name, Consumer<CompletableFuture<Decision>> how) {

    void giveUp(Trial trial, CompletableFuture<Decision> waiting) {
      trial.step(name);
      how.accept(waiting);
    }
  }

  private static final String KEY = Waiting.KEY;
  private static final Decision GIVEN_UP = new Decision.Rejected(0, 1);

  /** Those that have happened when the call returns. */
  static final List<Way> WAYS = List.of(
      new Way("cancel(false)", waiting -> waiting.cancel(false)),
      new Way("cancel(true)", waiting -> waiting.cancel(true)),
      new Way("complete", waiting -> waiting.complete(GIVEN_UP)),
      new Way("completeExceptionally", waiting -> waiting.completeExceptionally(failure())),
      new Way("completeAsync", waiting -> waiting.completeAsync(() -> GIVEN_UP, Runnable::run)),
      new Way("obtrudeValue", waiting -> waiting.obtrudeValue(GIVEN_UP)),
      new Way("obtrudeException", waiting -> waiting.obtrudeException(failure())));

  private static final List<Way> TIMEOUTS = List.of(
      new Way("orTimeout", waiting -> waiting.orTimeout(1, TimeUnit.NANOSECONDS)),
      new Way(
          "completeOnTimeout",
          waiting -> waiting.completeOnTimeout(GIVEN_UP, 1, TimeUnit.NANOSECONDS)));

  private final RateLimiterContract contract;

  private GivingUp(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract, List<RateLimit> limits) {
    GivingUp tests = new GivingUp(contract);
    return Stream.of(
        test(
            "givesThePermitsOfACancelledWaitBack",
            limits,
            tests::givesThePermitsOfACancelledWaitBack),
        test(
            "handsNoPlaceThatWasGivenUpOutTwice",
            limits,
            tests::handsNoPlaceThatWasGivenUpOutTwice),
        test(
            "givesThePermitsOfAnInterruptedThreadBack",
            limits,
            tests::givesThePermitsOfAnInterruptedThreadBack),
        test(
            "freesThePlaceAndThePermitsHoweverAWaiterGivesUp",
            limits,
            tests::freesThePlaceAndThePermits),
        test("freesThePlaceOfAWaiterThatTimesOut", limits, tests::freesThePlaceAfterATimeout),
        test("movesUpTheWaitersBehindOneThatGivesUp", limits, tests::movesUpTheWaitersBehind));
  }

  private void givesThePermitsOfACancelledWaitBack(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    long wait = trial.spendAndAsk(KEY);
    CompletableFuture<Decision> waiting = acquire(trial, 1, HOUR);
    requireWaiting(trial, waiting, "the burst is spent");
    waiting.cancel(false);
    requireAsBefore(trial, wait, "the wait was cancelled, so its permits are given back");
  }

  private void handsNoPlaceThatWasGivenUpOutTwice(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    trial.spend(KEY);
    CompletableFuture<Decision> first = acquire(trial, 1, HOUR);
    CompletableFuture<Decision> second = acquire(trial, limit.burst(), HOUR);
    first.cancel(false);
    CompletableFuture<Decision> third = acquire(trial, 1, HOUR);
    trial.turn(4 * trial.idleNanos());
    requireAdmitted(trial, second, "all permits have come back long ago");
    requireAdmitted(trial, third, "all permits have come back long ago");
    trial.requireWorstCase();
  }

  private void givesThePermitsOfAnInterruptedThreadBack(RateLimit limit) throws Exception {
    Trial trial = new Trial(contract, limit);
    long wait = trial.spendAndAsk(KEY);
    ExecutorService thread = Executors.newSingleThreadExecutor(Races::thread);
    try {
      Future<Decision> waiting = thread.submit(() -> trial.limiter().acquire(KEY, 1, HOUR));
      trial.ticker().awaitPending(1);
      thread.shutdownNow(); // interrupts it
      Object given = Answers.within(Races.PATIENCE_SECONDS, waiting);
      if (!(given instanceof InterruptedException)) {
        throw trial.fault(
            "acquire of an interrupted thread",
            "InterruptedException",
            given,
            "stop waiting and say so");
      }
    } finally {
      thread.shutdownNow();
    }
    requireAsBefore(trial, wait, "the thread was interrupted, so its permits are given back");
  }

  private void freesThePlaceAndThePermits(RateLimit limit) {
    for (Way way : WAYS) {
      for (String key : List.of(KEY, "")) {
        Trial trial = new Trial(contract, limit, 0, spec -> spec.withMaxQueued(1));
        long wait = trial.spendAndAsk(key);
        CompletableFuture<Decision> waiting = acquire(trial, key, 1, HOUR);
        requireWaiting(trial, waiting, "the burst is spent");
        way.giveUp(trial, waiting);
        long told = trial.rejects(key, 1, "the burst is spent").retryAfterNanos();
        if (told != wait) {
          throw trial.fault(
              "retryAfterNanos after a waiter gave up by " + way.name,
              wait,
              told,
              "its permits are given back by whatever completes the future");
        }
        requireNothingPending(trial);
        CompletableFuture<Decision> next = acquire(trial, key, 1, HOUR);
        requireWaiting(trial, next, "the waiter gave up by " + way.name + ", so its place is free");
        trial.turn(wait);
        requireAdmitted(trial, next, "the permit is there, and no other waiter is before it");
        trial.turn(trial.idleNanos());
        trial.hasExactly(key, limit.burst(), "a key that is as good as new has its whole burst");
        trial.requireWorstCase();
        requireNothingPending(trial);
      }
    }
  }

  private void freesThePlaceAfterATimeout(RateLimit limit) throws Exception {
    for (Way way : TIMEOUTS) {
      Trial trial = new Trial(contract, limit, 0, spec -> spec.withMaxQueued(1));
      trial.spend(KEY);
      CompletableFuture<Decision> waiting = acquire(trial, 1, HOUR);
      requireWaiting(trial, waiting, "the burst is spent");
      way.giveUp(trial, waiting);
      ExecutorService thread = Executors.newSingleThreadExecutor(Races::thread);
      CompletableFuture<Decision> next;
      try {
        Future<List<CompletableFuture<Decision>>> place =
            thread.submit(() -> List.of(nextThatWaits(trial)));
        next = place.get(Races.PATIENCE_SECONDS, TimeUnit.SECONDS).get(0);
      } catch (TimeoutException tooLong) {
        throw trial.fault(
            "waiters that may wait after the only one gave up by " + way.name,
            1,
            "none within " + Races.PATIENCE_SECONDS + " s",
            "its place is freed by whatever completes the future");
      } finally {
        thread.shutdownNow();
      }
      trial.turn(2 * trial.idleNanos());
      requireAdmitted(trial, next, "all permits have come back long ago");
      requireNothingPending(trial);
    }
  }

  /**
   * Asks until there is a place: a timer of the JDK completes the future on a thread of its own.
   */
  private static CompletableFuture<Decision> nextThatWaits(Trial trial) {
    CompletableFuture<Decision> next = trial.limiter().acquireAsync(KEY, 1, HOUR);
    while (next.isDone() && !Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
      next = trial.limiter().acquireAsync(KEY, 1, HOUR);
    }
    return next;
  }

  private void movesUpTheWaitersBehind(RateLimit limit) {
    for (Way way : WAYS) {
      for (String key : List.of(KEY, "")) {
        for (long permits : new long[] {1, limit.burst()}) {
          for (boolean late : new boolean[] {false, true}) {
            Trial trial = new Trial(contract, limit);
            List<Long> served = served(trial, key, permits, late, way);
            Trial undisturbed = new Trial(contract, limit);
            List<Long> expected = served(undisturbed, key, 0, late, way);
            if (!served.equals(expected)) {
              throw trial.fault(
                  "the times at which the waiters behind one for " + permits
                      + " permits are served, after it gave up by " + way.name,
                  expected,
                  served,
                  "they move up, as if it had never come");
            }
            trial.requireWorstCase();
            requireNothingPending(trial);
          }
        }
      }
    }
  }

  /** When waiters are served behind one for so many permits that gives up; 0 for none. */
  private static List<Long> served(Trial trial, String key, long permits, boolean late, Way way) {
    long wait = trial.spendAndAsk(key);
    CompletableFuture<Decision> first = permits > 0
        ? acquire(trial, key, permits, HOUR)
        : CompletableFuture.completedFuture(GIVEN_UP);
    List<Long> served = new ArrayList<>();
    long burst = trial.limit().burst();
    List<CompletableFuture<Decision>> behind = new ArrayList<>();
    for (long wish : new long[] {1, burst, 1, Math.max(1, burst / 2)}) {
      CompletableFuture<Decision> waiting = acquire(trial, key, wish, HOUR);
      requireWaiting(trial, waiting, "the burst is spent");
      CompletableFuture<Void> unused = waiting.thenAccept(decision -> served.add(trial.elapsed()));
      behind.add(waiting);
    }
    trial.turn(late ? wait - 1 : 0);
    if (permits > 0) {
      way.giveUp(trial, first);
    }
    trial.turn(5 * trial.idleNanos());
    behind.forEach(
        waiting -> requireAdmitted(trial, waiting, "all permits have come back long ago"));
    return served;
  }

  private static IllegalStateException failure() {
    return new IllegalStateException("the caller has given up");
  }
}

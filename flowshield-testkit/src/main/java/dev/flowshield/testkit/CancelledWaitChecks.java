package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.test;
import static dev.flowshield.testkit.PendingAcquires.HOUR;
import static dev.flowshield.testkit.PendingAcquires.acquire;
import static dev.flowshield.testkit.PendingAcquires.requireAdmitted;
import static dev.flowshield.testkit.PendingAcquires.requireAsBefore;
import static dev.flowshield.testkit.PendingAcquires.requireNothingPending;
import static dev.flowshield.testkit.PendingAcquires.requireWaiting;

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

/** Checks of waiters that stop waiting, in any way that completes their future. */
final class CancelledWaitChecks {

  /** A way in which a caller completes its own future and so takes no permits. */
  record CancelKind(String name, Consumer<CompletableFuture<Decision>> how) {

    void giveUp(LimiterFixture fixture, CompletableFuture<Decision> waiting) {
      fixture.step(name);
      how.accept(waiting);
    }
  }

  private static final String KEY = PendingAcquires.KEY;
  private static final Decision GIVEN_UP = new Decision.Rejected(0, 1);

  /** The ways that take effect before the call returns. */
  static final List<CancelKind> CANCEL_KINDS = List.of(
      new CancelKind("cancel(false)", waiting -> waiting.cancel(false)),
      new CancelKind("cancel(true)", waiting -> waiting.cancel(true)),
      new CancelKind("complete", waiting -> waiting.complete(GIVEN_UP)),
      new CancelKind("completeExceptionally", waiting -> waiting.completeExceptionally(failure())),
      new CancelKind(
          "completeAsync", waiting -> waiting.completeAsync(() -> GIVEN_UP, Runnable::run)),
      new CancelKind("obtrudeValue", waiting -> waiting.obtrudeValue(GIVEN_UP)),
      new CancelKind("obtrudeException", waiting -> waiting.obtrudeException(failure())));

  private static final List<CancelKind> TIMEOUTS = List.of(
      new CancelKind("orTimeout", waiting -> waiting.orTimeout(1, TimeUnit.NANOSECONDS)),
      new CancelKind(
          "completeOnTimeout",
          waiting -> waiting.completeOnTimeout(GIVEN_UP, 1, TimeUnit.NANOSECONDS)));

  private final RateLimiterContract contract;

  private CancelledWaitChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract, List<RateLimit> limits) {
    CancelledWaitChecks tests = new CancelledWaitChecks(contract);
    return Stream.of(
        test("refundsThePermitsOfACancelledWait", limits, tests::refundsThePermitsOfACancelledWait),
        test("reusesNoReleasedPlaceTwice", limits, tests::reusesNoReleasedPlaceTwice),
        test(
            "refundsThePermitsOfAnInterruptedThread",
            limits,
            tests::refundsThePermitsOfAnInterruptedThread),
        test(
            "releasesPlaceAndPermitsHoweverAWaiterGivesUp",
            limits,
            tests::freesThePlaceAndThePermits),
        test("releasesThePlaceOfAWaiterThatTimesOut", limits, tests::freesThePlaceAfterATimeout),
        test("movesUpTheWaitersBehindOneThatGivesUp", limits, tests::movesUpTheWaitersBehind));
  }

  private void refundsThePermitsOfACancelledWait(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    long wait = fixture.spendForWait(KEY);
    CompletableFuture<Decision> waiting = acquire(fixture, 1, HOUR);
    requireWaiting(fixture, waiting, "the burst is spent");
    waiting.cancel(false);
    requireAsBefore(fixture, wait, "the wait was cancelled, so its permits are refunded");
  }

  private void reusesNoReleasedPlaceTwice(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    fixture.spend(KEY);
    CompletableFuture<Decision> first = acquire(fixture, 1, HOUR);
    CompletableFuture<Decision> second = acquire(fixture, limit.burst(), HOUR);
    first.cancel(false);
    CompletableFuture<Decision> third = acquire(fixture, 1, HOUR);
    fixture.turn(4 * fixture.idleNanos());
    requireAdmitted(fixture, second, "all permits were refilled long ago");
    requireAdmitted(fixture, third, "all permits were refilled long ago");
    fixture.requireWorstCase();
  }

  private void refundsThePermitsOfAnInterruptedThread(RateLimit limit) throws Exception {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    long wait = fixture.spendForWait(KEY);
    ExecutorService thread = Executors.newSingleThreadExecutor(ConcurrencyChecks::thread);
    try {
      Future<Decision> waiting = thread.submit(() -> fixture.limiter().acquire(KEY, 1, HOUR));
      fixture.ticker().awaitPending(1);
      thread.shutdownNow(); // interrupts it
      Object given = Results.within(ConcurrencyChecks.TIMEOUT_SECONDS, waiting);
      if (!(given instanceof InterruptedException)) {
        throw fixture.fault(
            "acquire of an interrupted thread",
            "InterruptedException",
            given,
            "stop waiting and throw InterruptedException");
      }
    } finally {
      thread.shutdownNow();
    }
    requireAsBefore(fixture, wait, "the thread was interrupted, so its permits are refunded");
  }

  private void freesThePlaceAndThePermits(RateLimit limit) {
    for (CancelKind kind : CANCEL_KINDS) {
      for (String key : List.of(KEY, "")) {
        LimiterFixture fixture =
            new LimiterFixture(contract, limit, 0, spec -> spec.withMaxQueued(1));
        long wait = fixture.spendForWait(key);
        CompletableFuture<Decision> waiting = acquire(fixture, key, 1, HOUR);
        requireWaiting(fixture, waiting, "the burst is spent");
        kind.giveUp(fixture, waiting);
        long told = fixture.rejects(key, 1, "the burst is spent").retryAfterNanos();
        if (told != wait) {
          throw fixture.fault(
              "retryAfterNanos after a waiter gave up by " + kind.name,
              wait,
              told,
              "its permits are refunded however the future completes");
        }
        requireNothingPending(fixture);
        CompletableFuture<Decision> next = acquire(fixture, key, 1, HOUR);
        requireWaiting(
            fixture, next, "the waiter gave up by " + kind.name + ", so its place is free");
        fixture.turn(wait);
        requireAdmitted(fixture, next, "the permit is available, and no other waiter is ahead");
        fixture.turn(fixture.idleNanos());
        fixture.hasExactly(key, limit.burst(), "an idle key has its whole burst");
        fixture.requireWorstCase();
        requireNothingPending(fixture);
      }
    }
  }

  private void freesThePlaceAfterATimeout(RateLimit limit) throws Exception {
    for (CancelKind kind : TIMEOUTS) {
      LimiterFixture fixture =
          new LimiterFixture(contract, limit, 0, spec -> spec.withMaxQueued(1));
      fixture.spend(KEY);
      CompletableFuture<Decision> waiting = acquire(fixture, 1, HOUR);
      requireWaiting(fixture, waiting, "the burst is spent");
      kind.giveUp(fixture, waiting);
      ExecutorService thread = Executors.newSingleThreadExecutor(ConcurrencyChecks::thread);
      CompletableFuture<Decision> next;
      try {
        Future<List<CompletableFuture<Decision>>> place =
            thread.submit(() -> List.of(nextThatWaits(fixture)));
        next = place.get(ConcurrencyChecks.TIMEOUT_SECONDS, TimeUnit.SECONDS).get(0);
      } catch (TimeoutException tooLong) {
        throw fixture.fault(
            "waiters allowed after the only one gave up by " + kind.name,
            1,
            "no result within " + ConcurrencyChecks.TIMEOUT_SECONDS + " s",
            "its place is released however the future completes");
      } finally {
        thread.shutdownNow();
      }
      fixture.turn(2 * fixture.idleNanos());
      requireAdmitted(fixture, next, "all permits were refilled long ago");
      requireNothingPending(fixture);
    }
  }

  /**
   * Calls until the caller can wait. The queue may be full for a moment, because a timer of the JDK
   * completes the future on its own thread.
   */
  private static CompletableFuture<Decision> nextThatWaits(LimiterFixture fixture) {
    CompletableFuture<Decision> next = fixture.limiter().acquireAsync(KEY, 1, HOUR);
    while (next.isDone() && !Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
      next = fixture.limiter().acquireAsync(KEY, 1, HOUR);
    }
    return next;
  }

  private void movesUpTheWaitersBehind(RateLimit limit) {
    for (CancelKind kind : CANCEL_KINDS) {
      for (String key : List.of(KEY, "")) {
        for (long permits : new long[] {1, limit.burst()}) {
          for (boolean late : new boolean[] {false, true}) {
            LimiterFixture fixture = new LimiterFixture(contract, limit);
            List<Long> served = served(fixture, key, permits, late, kind);
            LimiterFixture undisturbed = new LimiterFixture(contract, limit);
            List<Long> expected = served(undisturbed, key, 0, late, kind);
            if (!served.equals(expected)) {
              throw fixture.fault(
                  "the times at which the waiters behind one for " + permits
                      + " permits are served, after it gave up by " + kind.name,
                  expected,
                  served,
                  "they move up, as if the waiter had never called");
            }
            fixture.requireWorstCase();
            requireNothingPending(fixture);
          }
        }
      }
    }
  }

  /**
   * Returns the times at which waiters are served behind a waiter that gives up, which requested
   * the given permits; 0 permits for no such waiter.
   */
  private static List<Long> served(
      LimiterFixture fixture, String key, long permits, boolean late, CancelKind kind) {
    long wait = fixture.spendForWait(key);
    CompletableFuture<Decision> first = permits > 0
        ? acquire(fixture, key, permits, HOUR)
        : CompletableFuture.completedFuture(GIVEN_UP);
    List<Long> served = new ArrayList<>();
    long burst = fixture.limit().burst();
    List<CompletableFuture<Decision>> behind = new ArrayList<>();
    for (long wish : new long[] {1, burst, 1, Math.max(1, burst / 2)}) {
      CompletableFuture<Decision> waiting = acquire(fixture, key, wish, HOUR);
      requireWaiting(fixture, waiting, "the burst is spent");
      CompletableFuture<Void> unused =
          waiting.thenAccept(decision -> served.add(fixture.elapsed()));
      behind.add(waiting);
    }
    fixture.turn(late ? wait - 1 : 0);
    if (permits > 0) {
      kind.giveUp(fixture, first);
    }
    fixture.turn(5 * fixture.idleNanos());
    behind.forEach(
        waiting -> requireAdmitted(fixture, waiting, "all permits were refilled long ago"));
    return served;
  }

  private static IllegalStateException failure() {
    return new IllegalStateException("the caller has given up");
  }
}

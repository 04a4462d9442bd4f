package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.test;
import static dev.flowshield.testkit.PendingAcquires.HOUR;
import static dev.flowshield.testkit.PendingAcquires.acquire;
import static dev.flowshield.testkit.PendingAcquires.requireAdmitted;
import static dev.flowshield.testkit.PendingAcquires.requireNothingPending;
import static dev.flowshield.testkit.PendingAcquires.requireWaiting;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Checks of several waiting callers: their order, and their maximum number. */
final class WaitQueueChecks {

  private static final String KEY = PendingAcquires.KEY;
  private static final int SCHEDULES = 8;
  private static final int STEPS = 120;

  private final RateLimiterContract contract;

  private WaitQueueChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract, List<RateLimit> limits) {
    WaitQueueChecks queues = new WaitQueueChecks(contract);
    return Stream.of(
        test("servesInOrderOfArrival", limits, queues::servesInOrderOfArrival),
        test("admitsNobodyBeforeTheWaiters", limits, queues::admitsNobodyBeforeTheWaiters),
        test("admitsOtherKeysMeanwhile", limits, queues::admitsOtherKeysMeanwhile),
        test(
            "neverAdmitsMoreThanTheWorstCaseWhoeverWaits",
            limits,
            queues::neverAdmitsMoreWhoeverWaits),
        test("boundsTheNumberOfWaiters", limits, queues::boundsTheNumberOfWaiters));
  }

  private void servesInOrderOfArrival(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    fixture.spend(KEY);
    List<Integer> served = new ArrayList<>();
    List<Integer> asked = new ArrayList<>();
    List<Long> wishes = List.of(1L, limit.burst(), 1L, 1L, Math.max(1, limit.burst() / 2), 1L);
    List<CompletableFuture<Decision>> queue = new ArrayList<>();
    for (int place = 0; place < wishes.size(); place++) {
      int mine = place;
      CompletableFuture<Decision> waiting = acquire(fixture, wishes.get(place), HOUR);
      queue.add(waiting.thenApply(decision -> {
        served.add(mine);
        return decision;
      }));
      asked.add(place);
    }
    fixture.turn(wishes.size() * fixture.idleNanos());
    queue.forEach(
        waiting -> requireAdmitted(fixture, waiting, "all permits were refilled long ago"));
    if (!served.equals(asked)) {
      throw fixture.fault(
          "the order in which waits for " + wishes + " permits end",
          asked,
          served,
          "first come, first served: a waiter takes the next refilled permits");
    }
    fixture.requireWorstCase();
  }

  private void admitsNobodyBeforeTheWaiters(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    long wait = fixture.spendForWait(KEY);
    List<Decision> barged = new ArrayList<>();
    // requested before the wait, so that it completes first at the same time
    CompletableFuture<Void> before =
        fixture.ticker().after(wait).thenRun(() -> barged.add(fixture.decide(KEY, limit.burst())));
    CompletableFuture<Decision> waiting = acquire(fixture, limit.burst(), HOUR);
    fixture.turn(wait - 1);
    fixture.rejects(KEY, 1, "others wait for the next refill");
    fixture.turn(1);
    if (!before.isDone() || before.isCompletedExceptionally()) {
      throw fixture.fault(
          "decide at the time when a wait ends", "a decision", before, "it does not throw");
    }
    if (limit.burst() > 1) {
      fixture.rejects(KEY, 1, "the first refilled permit belongs to the waiter");
    } else if (barged.get(0).isAdmitted()) {
      throw fixture.fault(
          "the result of a call at the time when a wait ends",
          "rejected",
          "admitted",
          "the next refilled permits belong to the waiters");
    }
    fixture.turn(2 * fixture.idleNanos());
    requireAdmitted(fixture, waiting, "all permits were refilled long ago");
    fixture.requireWorstCase();
  }

  private void admitsOtherKeysMeanwhile(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    long wait = fixture.spendForWait(KEY);
    CompletableFuture<Decision> waiting = acquire(fixture, 1, HOUR);
    fixture.spend("bob");
    fixture.turn(wait);
    requireAdmitted(fixture, waiting, "another key takes nothing from this one");
    fixture.rejects(KEY, limit.burst(), "the waiter has taken a permit");
  }

  private void neverAdmitsMoreWhoeverWaits(RateLimit limit) {
    Random random = LimiterFixture.random();
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      List<CompletableFuture<Decision>> queue = new ArrayList<>();
      boolean cancels = schedule % 2 == 1;
      for (int step = 0; step < STEPS; step++) {
        long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
        switch (random.nextInt(cancels ? 7 : 6)) {
          case 0 -> fixture.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
          case 1 -> fixture.turn(random.nextLong(limit.period().toNanos()));
          case 2 -> fixture.turn(random.nextInt(10) == 0 ? fixture.idleNanos() : 0);
          case 3 -> fixture.decide(KEY, permits);
          case 4, 5 ->
            queue.add(
                acquire(fixture, permits, Duration.ofNanos(random.nextLong(fixture.idleNanos()))));
          default -> {
            if (!queue.isEmpty()) {
              int place = random.nextInt(queue.size());
              fixture.step("cancel wait " + place);
              queue.get(place).cancel(false);
            }
          }
        }
        queue.removeIf(CompletableFuture::isDone);
      }
      fixture.turn(STEPS * fixture.idleNanos());
      queue.forEach(
          waiting -> requireAdmitted(fixture, waiting, "all permits were refilled long ago"));
      fixture.requireWorstCase();
      requireNothingPending(fixture);
    }
  }

  private void boundsTheNumberOfWaiters(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit, 0, spec -> spec.withMaxQueued(2));
    fixture.spend("bob");
    long wait = fixture.spendForWait(KEY);
    CompletableFuture<Decision> first = acquire(fixture, 1, HOUR);
    CompletableFuture<Decision> second = acquire(fixture, 1, HOUR);
    requireWaiting(fixture, first, "two may wait");
    requireWaiting(fixture, second, "two may wait");
    for (String key : List.of(KEY, "bob")) {
      Decision decision = fixture.limiter().acquireAsync(key, 1, HOUR).getNow(null);
      if (!(decision instanceof Decision.Rejected rejected
          && rejected.reason() == Decision.Reason.QUEUE_FULL)) {
        throw fixture.fault(
            "the result of the third waiter, with maxQueued 2",
            "rejected at once, for the reason QUEUE_FULL",
            decision == null ? "pending" : decision,
            "maxQueued of the spec bounds the waiters");
      }
    }
    second.cancel(false);
    CompletableFuture<Decision> instead = acquire(fixture, 1, HOUR);
    requireWaiting(fixture, instead, "of two who may wait, one waits");
    fixture.turn(wait);
    requireAdmitted(fixture, first, "the permit is available, and no call was earlier");
    fixture.turn(3 * fixture.idleNanos());
    requireAdmitted(fixture, instead, "all permits were refilled long ago");

    LimiterFixture none = new LimiterFixture(contract, limit, 0, spec -> spec.withMaxQueued(0));
    requireAdmitted(none, acquire(none, limit.burst(), HOUR), "available permits need no wait");
    if (!acquire(none, 1, HOUR).isDone()) {
      throw none.fault(
          "waiters, with maxQueued 0", 0, 1, "maxQueued of the spec bounds the waiters");
    }
  }
}

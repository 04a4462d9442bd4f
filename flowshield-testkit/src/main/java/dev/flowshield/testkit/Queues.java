package dev.flowshield.testkit;

import static dev.flowshield.testkit.Capabilities.test;
import static dev.flowshield.testkit.Waiting.HOUR;
import static dev.flowshield.testkit.Waiting.acquire;
import static dev.flowshield.testkit.Waiting.requireAdmitted;
import static dev.flowshield.testkit.Waiting.requireNothingPending;
import static dev.flowshield.testkit.Waiting.requireWaiting;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What holds between callers where several wait: the order, and how many may wait. */
final class Queues {

  private static final String KEY = Waiting.KEY;
  private static final int SCHEDULES = 8;
  private static final int STEPS = 120;

  private final RateLimiterContract contract;

  private Queues(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract, List<RateLimit> limits) {
    Queues queues = new Queues(contract);
    return Stream.of(
        test("servesFirstWhoCameFirst", limits, queues::servesFirstWhoCameFirst),
        test("letsNobodyInBeforeThoseWhoWait", limits, queues::letsNobodyInBeforeThoseWhoWait),
        test("letsOtherKeysInMeanwhile", limits, queues::letsOtherKeysInMeanwhile),
        test(
            "neverAdmitsMoreThanTheWorstCaseWhoeverWaits",
            limits,
            queues::neverAdmitsMoreWhoeverWaits),
        test("letsNoMoreWaitThanMayWait", limits, queues::letsNoMoreWaitThanMayWait));
  }

  private void servesFirstWhoCameFirst(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    trial.spend(KEY);
    List<Integer> served = new ArrayList<>();
    List<Integer> asked = new ArrayList<>();
    List<Long> wishes = List.of(1L, limit.burst(), 1L, 1L, Math.max(1, limit.burst() / 2), 1L);
    List<CompletableFuture<Decision>> queue = new ArrayList<>();
    for (int place = 0; place < wishes.size(); place++) {
      int mine = place;
      CompletableFuture<Decision> waiting = acquire(trial, wishes.get(place), HOUR);
      queue.add(waiting.thenApply(decision -> {
        served.add(mine);
        return decision;
      }));
      asked.add(place);
    }
    trial.turn(wishes.size() * trial.idleNanos());
    queue.forEach(
        waiting -> requireAdmitted(trial, waiting, "all permits have come back long ago"));
    if (!served.equals(asked)) {
      throw trial.fault(
          "the order in which waits for " + wishes + " permits end",
          asked,
          served,
          "first come, first served: who waits takes the permits that come back next");
    }
    trial.requireWorstCase();
  }

  private void letsNobodyInBeforeThoseWhoWait(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    long wait = trial.spendAndAsk(KEY);
    List<Decision> barged = new ArrayList<>();
    // asked before the wait, so that it comes first at the same time
    CompletableFuture<Void> before =
        trial.ticker().after(wait).thenRun(() -> barged.add(trial.decide(KEY, limit.burst())));
    CompletableFuture<Decision> waiting = acquire(trial, limit.burst(), HOUR);
    trial.turn(wait - 1);
    trial.rejects(KEY, 1, "others wait for what comes back next");
    trial.turn(1);
    if (!before.isDone() || before.isCompletedExceptionally()) {
      throw trial.fault(
          "decide at the time when a wait ends", "a decision", before, "it does not throw");
    }
    if (limit.burst() > 1) {
      trial.rejects(
          KEY, 1, "the first permit that came back belongs to the one who waits for more");
    } else if (barged.get(0).isAdmitted()) {
      throw trial.fault(
          "the answer to who asks at the time when a wait ends",
          "rejected",
          "admitted",
          "the permits that come back next belong to those who wait");
    }
    trial.turn(2 * trial.idleNanos());
    requireAdmitted(trial, waiting, "all permits have come back long ago");
    trial.requireWorstCase();
  }

  private void letsOtherKeysInMeanwhile(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    long wait = trial.spendAndAsk(KEY);
    CompletableFuture<Decision> waiting = acquire(trial, 1, HOUR);
    trial.spend("bob");
    trial.turn(wait);
    requireAdmitted(trial, waiting, "another key takes nothing of this one");
    trial.rejects(KEY, limit.burst(), "who waited has taken a permit");
  }

  private void neverAdmitsMoreWhoeverWaits(RateLimit limit) {
    Random random = Trial.random();
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      Trial trial = new Trial(contract, limit);
      List<CompletableFuture<Decision>> queue = new ArrayList<>();
      boolean cancels = schedule % 2 == 1;
      for (int step = 0; step < STEPS; step++) {
        long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
        switch (random.nextInt(cancels ? 7 : 6)) {
          case 0 -> trial.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
          case 1 -> trial.turn(random.nextLong(limit.period().toNanos()));
          case 2 -> trial.turn(random.nextInt(10) == 0 ? trial.idleNanos() : 0);
          case 3 -> trial.decide(KEY, permits);
          case 4, 5 ->
            queue.add(
                acquire(trial, permits, Duration.ofNanos(random.nextLong(trial.idleNanos()))));
          default -> {
            if (!queue.isEmpty()) {
              int place = random.nextInt(queue.size());
              trial.step("cancel wait " + place);
              queue.get(place).cancel(false);
            }
          }
        }
        queue.removeIf(CompletableFuture::isDone);
      }
      trial.turn(STEPS * trial.idleNanos());
      queue.forEach(
          waiting -> requireAdmitted(trial, waiting, "all permits have come back long ago"));
      trial.requireWorstCase();
      requireNothingPending(trial);
    }
  }

  private void letsNoMoreWaitThanMayWait(RateLimit limit) {
    Trial trial = new Trial(contract, limit, 0, spec -> spec.withMaxQueued(2));
    trial.spend("bob");
    long wait = trial.spendAndAsk(KEY);
    CompletableFuture<Decision> first = acquire(trial, 1, HOUR);
    CompletableFuture<Decision> second = acquire(trial, 1, HOUR);
    requireWaiting(trial, first, "two may wait");
    requireWaiting(trial, second, "two may wait");
    for (String key : List.of(KEY, "bob")) {
      Decision decision = trial.limiter().acquireAsync(key, 1, HOUR).getNow(null);
      if (!(decision instanceof Decision.Rejected rejected
          && rejected.reason() == Decision.Reason.QUEUE_FULL)) {
        throw trial.fault(
            "the answer to the third who would wait, with maxQueued 2",
            "rejected at once, for the reason QUEUE_FULL",
            decision == null ? "no answer yet" : decision,
            "maxQueued of the spec bounds those who wait");
      }
    }
    second.cancel(false);
    CompletableFuture<Decision> instead = acquire(trial, 1, HOUR);
    requireWaiting(trial, instead, "of two who may wait, one waits");
    trial.turn(wait);
    requireAdmitted(trial, first, "the permit is there, and no call came before");
    trial.turn(3 * trial.idleNanos());
    requireAdmitted(trial, instead, "all permits have come back long ago");

    Trial none = new Trial(contract, limit, 0, spec -> spec.withMaxQueued(0));
    requireAdmitted(none, acquire(none, limit.burst(), HOUR), "what is there needs no wait");
    if (!acquire(none, 1, HOUR).isDone()) {
      throw none.fault(
          "those who wait, with maxQueued 0", 0, 1, "maxQueued of the spec bounds those who wait");
    }
  }
}

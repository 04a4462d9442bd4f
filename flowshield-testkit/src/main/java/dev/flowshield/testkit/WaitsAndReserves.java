package dev.flowshield.testkit;

import static dev.flowshield.testkit.Capabilities.test;
import static dev.flowshield.testkit.Waiting.HOUR;
import static dev.flowshield.testkit.Waiting.acquire;
import static dev.flowshield.testkit.Waiting.requireAdmitted;
import static dev.flowshield.testkit.Waiting.requireNothingPending;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import dev.flowshield.testkit.GivingUp.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What holds when reservations are settled while callers wait. */
final class WaitsAndReserves {

  private static final List<String> KEYS = List.of(Waiting.KEY, "");
  private static final int SCHEDULES = 8;
  private static final int STEPS = 120;
  private static final int PARTS = 80;

  private record Open(Reservation.Held held, long since) {}

  private final RateLimiterContract contract;

  private WaitsAndReserves(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract, List<RateLimit> limits) {
    if (!Capabilities.has(contract, Capability.RESERVE)) {
      return Stream.of();
    }
    WaitsAndReserves tests = new WaitsAndReserves(contract);
    return Stream.of(
        test(
            "servesNoTwoBurstsAtOnceWhereATrueCostWasCharged",
            limits,
            tests::servesNoTwoBurstsWhereACostWasCharged),
        test("servesNoRefundTwiceThatIsMadeWhileCallersWait", limits, tests::servesNoRefundTwice),
        test(
            "neverAdmitsMoreWhoeverGivesUpAndWhateverIsSettled",
            limits,
            tests::neverAdmitsMoreWhateverIsSettled));
  }

  private void servesNoTwoBurstsWhereACostWasCharged(RateLimit limit) {
    for (Way way : GivingUp.WAYS) {
      for (String key : KEYS) {
        for (long beyond : new long[] {1, limit.burst()}) {
          Trial trial = new Trial(contract, limit, 0, spec -> spec.withMaxKeys(1));
          Reservation.Held held = hold(trial, key, limit.burst());
          trial.use(key, limit.burst());
          CompletableFuture<Decision> first = acquire(trial, key, limit.burst(), HOUR);
          CompletableFuture<Decision> second = acquire(trial, key, limit.burst(), HOUR);
          trial.step("settle with " + beyond + " more");
          held.settle(limit.burst() + beyond);
          way.giveUp(trial, first);
          requireNoTwoBursts(trial, key, second);
        }
      }
    }
  }

  private void servesNoRefundTwice(RateLimit limit) {
    for (String key : KEYS) {
      for (boolean givesUp : new boolean[] {false, true}) {
        Trial trial = new Trial(contract, limit, 0, spec -> spec.withMaxKeys(1));
        Reservation.Held held = hold(trial, key, limit.burst());
        long wait = trial.rejects(key, limit.burst(), "the burst is reserved").retryAfterNanos();
        CompletableFuture<Decision> first = acquire(trial, key, limit.burst(), HOUR);
        CompletableFuture<Decision> second = acquire(trial, key, limit.burst(), HOUR);
        trial.turn(wait / 2);
        trial.step("cancel() of the reservation");
        held.cancel();
        if (givesUp) {
          trial.step("cancel(false) of the first");
          first.cancel(false);
        }
        requireNoTwoBursts(trial, key, second);
      }
    }
  }

  /** Asks for one permit, or for all of them, again and again until all have come back. */
  private static void requireNoTwoBursts(
      Trial trial, String key, CompletableFuture<Decision> waiting) {
    for (int part = 0; part < PARTS; part++) {
      trial.turn(1 + trial.idleNanos() / 20);
      trial.decide(key, part % 7 == 0 ? 1 : trial.limit().burst());
    }
    requireAdmitted(trial, waiting, "all permits have come back long ago");
    trial.requireWorstCase();
    requireNothingPending(trial);
  }

  private void neverAdmitsMoreWhateverIsSettled(RateLimit limit) {
    Random random = Trial.random();
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      Trial trial = new Trial(contract, limit);
      String key = KEYS.get(schedule % KEYS.size());
      List<CompletableFuture<Decision>> queue = new ArrayList<>();
      List<Open> open = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
        switch (random.nextInt(8)) {
          case 0 -> trial.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
          case 1 -> trial.turn(random.nextLong(limit.period().toNanos()));
          case 2 -> trial.turn(random.nextInt(10) == 0 ? trial.idleNanos() : 0);
          case 3 -> trial.decide(key, permits);
          case 4 -> queue.add(acquire(trial, key, permits, HOUR));
          case 5 -> {
            if (trial.limiter().reserve(key, permits) instanceof Reservation.Held held) {
              trial.step("reserve('" + key + "', " + permits + ")");
              open.add(new Open(held, trial.elapsed()));
            }
          }
          case 6 -> settleOne(trial, key, open, random);
          default -> giveUpOne(trial, queue, random);
        }
        queue.removeIf(CompletableFuture::isDone);
      }
      open.forEach(one -> settle(trial, key, one, one.held.permits()));
      trial.turn(STEPS * trial.idleNanos());
      queue.forEach(
          waiting -> requireAdmitted(trial, waiting, "all permits have come back long ago"));
      trial.requireWorstCase();
      requireNothingPending(trial);
    }
  }

  private static void giveUpOne(
      Trial trial, List<CompletableFuture<Decision>> queue, Random random) {
    if (!queue.isEmpty()) {
      CompletableFuture<Decision> waiting = queue.get(random.nextInt(queue.size()));
      GivingUp.WAYS.get(random.nextInt(GivingUp.WAYS.size())).giveUp(trial, waiting);
    }
  }

  private static void settleOne(Trial trial, String key, List<Open> open, Random random) {
    if (!open.isEmpty()) {
      Open one = open.remove(random.nextInt(open.size()));
      settle(trial, key, one, random.nextLong(2 * one.held.permits() + 1));
    }
  }

  /**
   * Counts what is used beyond the estimate as not admitted: the limiter was never asked for it.
   */
  private static void settle(Trial trial, String key, Open one, long used) {
    trial.step(one.held + " of " + one.since + " settle(" + used + ")");
    one.held.settle(used);
    trial.settled(key, one.held.permits(), used, one.since);
  }

  private static Reservation.Held hold(Trial trial, String key, long permits) {
    Reservation reservation = trial.limiter().reserve(key, permits);
    trial.step("reserve('" + key + "', " + permits + "): " + reservation);
    if (reservation instanceof Reservation.Held held) {
      return held;
    }
    throw trial.fault(
        "a reservation of " + permits + " permits", "held", reservation, "the permits are there");
  }
}

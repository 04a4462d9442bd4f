package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.test;
import static dev.flowshield.testkit.PendingAcquires.HOUR;
import static dev.flowshield.testkit.PendingAcquires.acquire;
import static dev.flowshield.testkit.PendingAcquires.requireAdmitted;
import static dev.flowshield.testkit.PendingAcquires.requireNothingPending;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import dev.flowshield.testkit.CancelledWaitChecks.CancelKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Checks of reservations that are settled while callers wait. */
final class AcquireAndReserveChecks {

  private static final List<String> KEYS = List.of(PendingAcquires.KEY, "");
  private static final int SCHEDULES = 8;
  private static final int STEPS = 120;
  private static final int PARTS = 80;

  private record Open(Reservation.Held held, long since) {}

  private final RateLimiterContract contract;

  private AcquireAndReserveChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract, List<RateLimit> limits) {
    if (!CapabilityChecks.has(contract, Capability.RESERVE)) {
      return Stream.of();
    }
    AcquireAndReserveChecks tests = new AcquireAndReserveChecks(contract);
    return Stream.of(
        test(
            "servesNoTwoBurstsAtOnceAfterACharge",
            limits,
            tests::servesNoTwoBurstsWhereACostWasCharged),
        test("servesARefundMadeWhileCallersWaitOnce", limits, tests::servesNoRefundTwice),
        test(
            "neverAdmitsMoreWhoeverGivesUpAndWhateverIsSettled",
            limits,
            tests::neverAdmitsMoreWhateverIsSettled));
  }

  private void servesNoTwoBurstsWhereACostWasCharged(RateLimit limit) {
    for (CancelKind kind : CancelledWaitChecks.CANCEL_KINDS) {
      for (String key : KEYS) {
        for (long beyond : new long[] {1, limit.burst()}) {
          LimiterFixture fixture =
              new LimiterFixture(contract, limit, 0, spec -> spec.withMaxKeys(1));
          Reservation.Held held = hold(fixture, key, limit.burst());
          fixture.use(key, limit.burst());
          CompletableFuture<Decision> first = acquire(fixture, key, limit.burst(), HOUR);
          CompletableFuture<Decision> second = acquire(fixture, key, limit.burst(), HOUR);
          fixture.step("settle with " + beyond + " more");
          held.settle(limit.burst() + beyond);
          kind.giveUp(fixture, first);
          requireNoTwoBursts(fixture, key, second);
        }
      }
    }
  }

  private void servesNoRefundTwice(RateLimit limit) {
    for (String key : KEYS) {
      for (boolean givesUp : new boolean[] {false, true}) {
        LimiterFixture fixture =
            new LimiterFixture(contract, limit, 0, spec -> spec.withMaxKeys(1));
        Reservation.Held held = hold(fixture, key, limit.burst());
        long wait = fixture.rejects(key, limit.burst(), "the burst is reserved").retryAfterNanos();
        CompletableFuture<Decision> first = acquire(fixture, key, limit.burst(), HOUR);
        CompletableFuture<Decision> second = acquire(fixture, key, limit.burst(), HOUR);
        fixture.turn(wait / 2);
        fixture.step("cancel() of the reservation");
        held.cancel();
        if (givesUp) {
          fixture.step("cancel(false) of the first");
          first.cancel(false);
        }
        requireNoTwoBursts(fixture, key, second);
      }
    }
  }

  /** Requests one permit or the whole burst repeatedly, until all permits are refilled. */
  private static void requireNoTwoBursts(
      LimiterFixture fixture, String key, CompletableFuture<Decision> waiting) {
    for (int part = 0; part < PARTS; part++) {
      fixture.turn(1 + fixture.idleNanos() / 20);
      fixture.decide(key, part % 7 == 0 ? 1 : fixture.limit().burst());
    }
    requireAdmitted(fixture, waiting, "all permits were refilled long ago");
    fixture.requireWorstCase();
    requireNothingPending(fixture);
  }

  private void neverAdmitsMoreWhateverIsSettled(RateLimit limit) {
    Random random = LimiterFixture.random();
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      String key = KEYS.get(schedule % KEYS.size());
      List<CompletableFuture<Decision>> queue = new ArrayList<>();
      List<Open> open = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
        switch (random.nextInt(8)) {
          case 0 -> fixture.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
          case 1 -> fixture.turn(random.nextLong(limit.period().toNanos()));
          case 2 -> fixture.turn(random.nextInt(10) == 0 ? fixture.idleNanos() : 0);
          case 3 -> fixture.decide(key, permits);
          case 4 -> queue.add(acquire(fixture, key, permits, HOUR));
          case 5 -> {
            if (fixture.limiter().reserve(key, permits) instanceof Reservation.Held held) {
              fixture.step("reserve('" + key + "', " + permits + ")");
              open.add(new Open(held, fixture.elapsed()));
            }
          }
          case 6 -> settleOne(fixture, key, open, random);
          default -> giveUpOne(fixture, queue, random);
        }
        queue.removeIf(CompletableFuture::isDone);
      }
      open.forEach(one -> settle(fixture, key, one, one.held.permits()));
      fixture.turn(STEPS * fixture.idleNanos());
      queue.forEach(
          waiting -> requireAdmitted(fixture, waiting, "all permits were refilled long ago"));
      fixture.requireWorstCase();
      requireNothingPending(fixture);
    }
  }

  private static void giveUpOne(
      LimiterFixture fixture, List<CompletableFuture<Decision>> queue, Random random) {
    if (!queue.isEmpty()) {
      CompletableFuture<Decision> waiting = queue.get(random.nextInt(queue.size()));
      CancelledWaitChecks.CANCEL_KINDS
          .get(random.nextInt(CancelledWaitChecks.CANCEL_KINDS.size()))
          .giveUp(fixture, waiting);
    }
  }

  private static void settleOne(
      LimiterFixture fixture, String key, List<Open> open, Random random) {
    if (!open.isEmpty()) {
      Open one = open.remove(random.nextInt(open.size()));
      settle(fixture, key, one, random.nextLong(2 * one.held.permits() + 1));
    }
  }

  /**
   * Settles a reservation. Use beyond the estimate does not count as admitted, because the limiter
   * was never asked for it.
   */
  private static void settle(LimiterFixture fixture, String key, Open one, long used) {
    fixture.step(one.held + " of " + one.since + " settle(" + used + ")");
    one.held.settle(used);
    fixture.settled(key, one.held.permits(), used, one.since);
  }

  private static Reservation.Held hold(LimiterFixture fixture, String key, long permits) {
    Reservation reservation = fixture.limiter().reserve(key, permits);
    fixture.step("reserve('" + key + "', " + permits + "): " + reservation);
    if (reservation instanceof Reservation.Held held) {
      return held;
    }
    throw fixture.fault(
        "a reservation of " + permits + " permits",
        "held",
        reservation,
        "the permits are available");
  }
}

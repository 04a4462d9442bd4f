package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.test;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Checks of reservations and their settlement. */
final class ReservationChecks {

  private static final String KEY = "alice";
  private static final int SCHEDULES = 8;
  private static final int STEPS = 150;

  private record Open(Reservation.Held held, long since) {}

  private final RateLimiterContract contract;

  private ReservationChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    if (!CapabilityChecks.has(contract, Capability.RESERVE)) {
      return CapabilityChecks.unsupported(
          contract, "reserve", fixture -> fixture.limiter().reserve(KEY, 1));
    }
    ReservationChecks reserves = new ReservationChecks(contract);
    List<RateLimit> limits = ContractLimits.of(contract);
    return Stream.of(
        test("takesTheEstimate", limits, reserves::takesTheEstimate),
        test("syncAndAsyncAgree", limits, reserves::syncAndAsyncAgree),
        test(
            "rejectsUnavailablePermitsAndTakesNothing",
            limits,
            reserves::rejectsUnavailablePermits),
        test("refundsUnusedPermits", limits, reserves::refundsUnusedPermits),
        test("refundsNoMoreThanTheBurst", limits, reserves::refundsNoMoreThanTheBurst),
        test(
            "chargesWhatWasUsedBeyondTheEstimate",
            limits,
            reserves::chargesWhatWasUsedBeyondTheEstimate),
        test("countsTheFirstSettlementOnly", limits, reserves::countsTheFirstSettlementOnly),
        test(
            "refundsNoMoreThanReservedInAnyOrderOfSettlement",
            limits,
            reserves::refundsNoMoreThanReserved),
        test(
            "neverLetsMoreBeUsedThanTheWorstCaseAndOpenReservations",
            limits,
            reserves::neverLetsMoreBeUsed),
        test("rejectsReservationsBeyondTheBurst", limits, reserves::rejectsBeyondTheBurst));
  }

  private void takesTheEstimate(RateLimit limit) {
    for (long permits : new long[] {1, (limit.burst() + 1) / 2, limit.burst()}) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      Reservation.Held held = hold(fixture, permits);
      if (held.permits() != permits) {
        throw fixture.fault(
            "permits of a reservation", permits, held.permits(), "it holds the requested permits");
      }
      if (held.decision().remaining() != limit.burst() - permits) {
        throw fixture.fault(
            "remaining of a reservation of " + permits + " permits of a new key",
            limit.burst() - permits,
            held.decision().remaining(),
            "report the permits left after the call");
      }
      fixture.hasExactly(KEY, limit.burst() - permits, "the reservation has taken the rest");
      fixture.turn(fixture.idleNanos());
      fixture.hasExactly(KEY, limit.burst(), "reserved permits are refilled like all others");
    }
  }

  private void syncAndAsyncAgree(RateLimit limit) {
    Random random = LimiterFixture.random();
    LimiterFixture atOnce = new LimiterFixture(contract, limit);
    LimiterFixture later = new LimiterFixture(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
      String call = "reserveAsync('" + KEY + "', " + permits + ")";
      Reservation expected = atOnce.limiter().reserve(KEY, permits);
      Reservation given = Results.of(later, call, later.limiter().reserveAsync(KEY, permits));
      later.step(call + ": " + given);
      if (!decision(expected).equals(decision(given))) {
        throw later.fault(
            call, decision(expected), decision(given), "it returns the same as reserve, once");
      }
      if (expected instanceof Reservation.Held one && given instanceof Reservation.Held other) {
        long used = random.nextLong(permits + 1);
        later.step("settle(" + used + ")");
        one.settle(used);
        other.settle(used);
      }
      long time = random.nextLong(limit.period().toNanos());
      atOnce.turn(time);
      later.turn(time);
    }
  }

  private static Decision decision(Reservation reservation) {
    return reservation instanceof Reservation.Held held
        ? held.decision()
        : ((Reservation.Rejected) reservation).decision();
  }

  private void rejectsUnavailablePermits(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    long wait = fixture.spendForWait(KEY);
    for (int again = 0; again < 100; again++) {
      Reservation reservation = fixture.limiter().reserve(KEY, 1);
      if (!(reservation instanceof Reservation.Rejected rejected)) {
        throw fixture.fault(
            "a reservation of a spent key", "rejected", reservation, "the burst is spent");
      }
      if (rejected.decision().retryAfterNanos() != wait) {
        throw fixture.fault(
            "retryAfterNanos of a rejected reservation",
            wait,
            rejected.decision().retryAfterNanos(),
            "it returns the same as decide, and takes nothing");
      }
    }
    fixture.turn(wait);
    hold(fixture, 1);
  }

  private void refundsUnusedPermits(RateLimit limit) {
    for (long used = 0; used <= limit.burst(); used += Math.max(1, limit.burst() / 5)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      hold(fixture, limit.burst()).settle(used);
      fixture.step("settle(" + used + ")");
      fixture.hasExactly(
          KEY, limit.burst() - used, "unused permits are refunded at once, and no more");
    }
    LimiterFixture cancelled = new LimiterFixture(contract, limit);
    hold(cancelled, limit.burst()).cancel();
    cancelled.step("cancel()");
    cancelled.hasExactly(KEY, limit.burst(), "cancelling refunds all permits");
  }

  private void refundsNoMoreThanTheBurst(RateLimit limit) {
    LimiterFixture idle = new LimiterFixture(contract, limit);
    Reservation.Held longAgo = hold(idle, limit.burst());
    idle.turn(idle.idleNanos());
    longAgo.cancel();
    idle.step("cancel()");
    idle.hasExactly(KEY, limit.burst(), "all permits were available before the refund");

    LimiterFixture partly = new LimiterFixture(contract, limit);
    long since = partly.elapsed();
    Reservation.Held before = hold(partly, limit.burst());
    partly.turn(partly.rejects(KEY, 1, "all is reserved").retryAfterNanos());
    partly.takeAll(KEY);
    cancel(partly, before, since);
    partly.takeAll(KEY);
    partly.requireWorstCase();
  }

  private void chargesWhatWasUsedBeyondTheEstimate(RateLimit limit) {
    for (long used : new long[] {1, (limit.burst() + 1) / 2, limit.burst()}) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      hold(fixture, 1).settle(used);
      fixture.step("settle(" + used + ")");
      fixture.hasExactly(KEY, limit.burst() - used, "use beyond the estimate is taken now");
    }
    for (long beyond : new long[] {1, limit.burst()}) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      hold(fixture, limit.burst()).settle(limit.burst() + beyond);
      fixture.step("settle(" + (limit.burst() + beyond) + ")");
      if (fixture.decide(KEY, 1) instanceof Decision.Rejected rejected) {
        RetryAfterChecks.admits(fixture, rejected.retryAfterNanos(), KEY, 1);
      }
      fixture.requireWorstCase(KEY, limit.burst() + beyond + 1, fixture.elapsed());
    }
  }

  private void countsTheFirstSettlementOnly(RateLimit limit) {
    LimiterFixture used = new LimiterFixture(contract, limit);
    Reservation.Held right = hold(used, limit.burst());
    right.settle(limit.burst());
    right.settle(0);
    right.cancel();
    used.rejects(KEY, 1, "the first settlement states that all permits were used");

    LimiterFixture twice = new LimiterFixture(contract, limit);
    Reservation.Held cancelled = hold(twice, 1);
    cancelled.cancel();
    twice.spend(KEY);
    cancelled.cancel();
    twice.rejects(KEY, 1, "permits are refunded only once");
  }

  private void refundsNoMoreThanReserved(RateLimit limit) {
    if (limit.burst() < 2) {
      return; // two reservations cannot hold a part each
    }
    long part = limit.burst() / 2;
    for (boolean firstIsCancelledFirst : new boolean[] {true, false}) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      Reservation.Held first = hold(fixture, part);
      Reservation.Held second = hold(fixture, limit.burst() - part);
      long since = fixture.elapsed();
      cancel(fixture, firstIsCancelledFirst ? first : second, since);
      // The time until the permits still held would be refilled, had they been taken alone.
      long held = firstIsCancelledFirst ? limit.burst() - part : part;
      fixture.turn(-Math.floorDiv(-held * limit.period().toNanos(), limit.permits()));
      fixture.takeAll(KEY);
      cancel(fixture, firstIsCancelledFirst ? second : first, since);
      fixture.takeAll(KEY);
      fixture.requireWorstCase();
    }
  }

  private void neverLetsMoreBeUsed(RateLimit limit) {
    Random random = LimiterFixture.random();
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      List<Open> open = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
        switch (random.nextInt(8)) {
          case 0 -> fixture.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
          case 1 -> fixture.turn(random.nextLong(limit.period().toNanos()));
          case 2 -> fixture.turn(random.nextInt(10) == 0 ? fixture.idleNanos() : 0);
          case 3 -> fixture.decide(KEY, permits);
          case 4, 5 -> {
            Reservation reservation = fixture.limiter().reserve(KEY, permits);
            fixture.step("reserve('" + KEY + "', " + permits + "): " + reservation);
            if (reservation instanceof Reservation.Held held) {
              open.add(new Open(held, fixture.elapsed()));
            }
          }
          default -> {
            if (!open.isEmpty()) {
              Open one = open.remove(random.nextInt(open.size()));
              settle(
                  fixture, one, random.nextBoolean() ? 0 : random.nextLong(one.held.permits() + 1));
            }
          }
        }
      }
      open.forEach(one -> settle(fixture, one, one.held.permits()));
      fixture.requireWorstCase();
    }
  }

  private static void settle(LimiterFixture fixture, Open one, long used) {
    fixture.step(one.held + " of " + one.since + " settle(" + used + ")");
    one.held.settle(used);
    fixture.settled(KEY, one.held.permits(), used, one.since);
  }

  private static void cancel(LimiterFixture fixture, Reservation.Held held, long since) {
    fixture.step("cancel() of " + held);
    held.cancel();
    fixture.settled(KEY, held.permits(), 0, since);
  }

  private void rejectsBeyondTheBurst(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    for (long permits : RejectionChecks.beyond(limit)) {
      RejectionChecks.requireNotRetryable(
          fixture,
          "reserve with " + permits + " permits",
          decision(fixture.limiter().reserve(KEY, permits)));
      String call = "reserveAsync with " + permits + " permits";
      RejectionChecks.requireNotRetryable(
          fixture,
          call,
          decision(Results.of(fixture, call, fixture.limiter().reserveAsync(KEY, permits))));
    }
    for (long permits : new long[] {0, -1}) {
      RejectionChecks.require(
          fixture,
          IllegalArgumentException.class,
          "reserve with " + permits + " permits",
          () -> fixture.limiter().reserve(KEY, permits));
      RejectionChecks.requireAsync(
          fixture,
          IllegalArgumentException.class,
          "reserveAsync with " + permits + " permits",
          () -> fixture.limiter().reserveAsync(KEY, permits));
    }
    fixture.hasExactly(KEY, limit.burst(), "a rejected call takes nothing");
  }

  private static Reservation.Held hold(LimiterFixture fixture, long permits) {
    Reservation reservation = fixture.limiter().reserve(KEY, permits);
    fixture.step("reserve('" + KEY + "', " + permits + "): " + reservation);
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

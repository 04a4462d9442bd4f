package dev.flowshield.testkit;

import static dev.flowshield.testkit.Capabilities.test;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What holds of an estimate and its settlement. */
final class Reserves {

  private static final String KEY = "alice";
  private static final int SCHEDULES = 8;
  private static final int STEPS = 150;

  private record Open(Reservation.Held held, long since) {}

  private final RateLimiterContract contract;

  private Reserves(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    if (!Capabilities.has(contract, Capability.RESERVE)) {
      return Capabilities.unsupported(
          contract, "reserve", trial -> trial.limiter().reserve(KEY, 1));
    }
    Reserves reserves = new Reserves(contract);
    List<RateLimit> limits = Limits.of(contract);
    return Stream.of(
        test("takesTheEstimate", limits, reserves::takesTheEstimate),
        test("isSynchronousAndLaterAlike", limits, reserves::isSynchronousAndLaterAlike),
        test("rejectsWhatIsNotThereAndTakesNothing", limits, reserves::rejectsWhatIsNotThere),
        test("givesBackWhatWasNotUsed", limits, reserves::givesBackWhatWasNotUsed),
        test("givesBackNoMoreThanTheBurst", limits, reserves::givesBackNoMoreThanTheBurst),
        test(
            "chargesWhatWasUsedBeyondTheEstimate",
            limits,
            reserves::chargesWhatWasUsedBeyondTheEstimate),
        test("countsTheFirstSettlementOnly", limits, reserves::countsTheFirstSettlementOnly),
        test(
            "givesBackNoMoreThanWasPromisedInWhateverOrderReservationsAreSettled",
            limits,
            reserves::givesBackNoMoreThanWasPromised),
        test(
            "neverLetsMoreBeUsedThanTheWorstCaseAndWhatWasPromised",
            limits,
            reserves::neverLetsMoreBeUsed),
        test("rejectsToReserveWhatCanNeverBeHad", limits, reserves::rejectsWhatCanNeverBeHad));
  }

  private void takesTheEstimate(RateLimit limit) {
    for (long permits : new long[] {1, (limit.burst() + 1) / 2, limit.burst()}) {
      Trial trial = new Trial(contract, limit);
      Reservation.Held held = hold(trial, permits);
      if (held.permits() != permits) {
        throw trial.fault(
            "permits of a reservation", permits, held.permits(), "it holds what was asked for");
      }
      if (held.decision().remaining() != limit.burst() - permits) {
        throw trial.fault(
            "remaining of a reservation of " + permits + " permits of a new key",
            limit.burst() - permits,
            held.decision().remaining(),
            "tell what is left after the taking");
      }
      trial.hasExactly(KEY, limit.burst() - permits, "the reservation has taken the rest");
      trial.turn(trial.idleNanos());
      trial.hasExactly(KEY, limit.burst(), "what was reserved comes back as all permits do");
    }
  }

  private void isSynchronousAndLaterAlike(RateLimit limit) {
    Random random = Trial.random();
    Trial atOnce = new Trial(contract, limit);
    Trial later = new Trial(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
      String call = "reserveAsync('" + KEY + "', " + permits + ")";
      Reservation expected = atOnce.limiter().reserve(KEY, permits);
      Reservation given = Answers.of(later, call, later.limiter().reserveAsync(KEY, permits));
      later.step(call + ": " + given);
      if (!decision(expected).equals(decision(given))) {
        throw later.fault(
            call, decision(expected), decision(given), "it answers as reserve does, once");
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

  private void rejectsWhatIsNotThere(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    long wait = trial.spendAndAsk(KEY);
    for (int again = 0; again < 100; again++) {
      Reservation reservation = trial.limiter().reserve(KEY, 1);
      if (!(reservation instanceof Reservation.Rejected rejected)) {
        throw trial.fault(
            "a reservation of a spent key", "rejected", reservation, "the burst is spent");
      }
      if (rejected.decision().retryAfterNanos() != wait) {
        throw trial.fault(
            "retryAfterNanos of a rejected reservation",
            wait,
            rejected.decision().retryAfterNanos(),
            "it answers as decide does, and takes nothing");
      }
    }
    trial.turn(wait);
    hold(trial, 1);
  }

  private void givesBackWhatWasNotUsed(RateLimit limit) {
    for (long used = 0; used <= limit.burst(); used += Math.max(1, limit.burst() / 5)) {
      Trial trial = new Trial(contract, limit);
      hold(trial, limit.burst()).settle(used);
      trial.step("settle(" + used + ")");
      trial.hasExactly(
          KEY, limit.burst() - used, "what was not used is given back at once, and no more");
    }
    Trial cancelled = new Trial(contract, limit);
    hold(cancelled, limit.burst()).cancel();
    cancelled.step("cancel()");
    cancelled.hasExactly(KEY, limit.burst(), "cancelling gives all permits back");
  }

  private void givesBackNoMoreThanTheBurst(RateLimit limit) {
    Trial idle = new Trial(contract, limit);
    Reservation.Held longAgo = hold(idle, limit.burst());
    idle.turn(idle.idleNanos());
    longAgo.cancel();
    idle.step("cancel()");
    idle.hasExactly(KEY, limit.burst(), "all permits were there before any were given back");

    Trial partly = new Trial(contract, limit);
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
      Trial trial = new Trial(contract, limit);
      hold(trial, 1).settle(used);
      trial.step("settle(" + used + ")");
      trial.hasExactly(KEY, limit.burst() - used, "what was used beyond the estimate is taken now");
    }
    for (long beyond : new long[] {1, limit.burst()}) {
      Trial trial = new Trial(contract, limit);
      hold(trial, limit.burst()).settle(limit.burst() + beyond);
      trial.step("settle(" + (limit.burst() + beyond) + ")");
      if (trial.decide(KEY, 1) instanceof Decision.Rejected rejected) {
        Retries.admits(trial, rejected.retryAfterNanos(), KEY, 1);
      }
      trial.requireWorstCase(KEY, limit.burst() + beyond + 1, trial.elapsed());
    }
  }

  private void countsTheFirstSettlementOnly(RateLimit limit) {
    Trial used = new Trial(contract, limit);
    Reservation.Held right = hold(used, limit.burst());
    right.settle(limit.burst());
    right.settle(0);
    right.cancel();
    used.rejects(KEY, 1, "the first settlement says that all was used");

    Trial twice = new Trial(contract, limit);
    Reservation.Held cancelled = hold(twice, 1);
    cancelled.cancel();
    twice.spend(KEY);
    cancelled.cancel();
    twice.rejects(KEY, 1, "what was given back once is not given back again");
  }

  private void givesBackNoMoreThanWasPromised(RateLimit limit) {
    if (limit.burst() < 2) {
      return; // two cannot hold a part each
    }
    long part = limit.burst() / 2;
    for (boolean firstIsCancelledFirst : new boolean[] {true, false}) {
      Trial trial = new Trial(contract, limit);
      Reservation.Held first = hold(trial, part);
      Reservation.Held second = hold(trial, limit.burst() - part);
      long since = trial.elapsed();
      cancel(trial, firstIsCancelledFirst ? first : second, since);
      // until what is still held would have come back, had it been taken alone
      long held = firstIsCancelledFirst ? limit.burst() - part : part;
      trial.turn(-Math.floorDiv(-held * limit.period().toNanos(), limit.permits()));
      trial.takeAll(KEY);
      cancel(trial, firstIsCancelledFirst ? second : first, since);
      trial.takeAll(KEY);
      trial.requireWorstCase();
    }
  }

  private void neverLetsMoreBeUsed(RateLimit limit) {
    Random random = Trial.random();
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      Trial trial = new Trial(contract, limit);
      List<Open> open = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        long permits = random.nextBoolean() ? 1 : 1 + random.nextLong(limit.burst());
        switch (random.nextInt(8)) {
          case 0 -> trial.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
          case 1 -> trial.turn(random.nextLong(limit.period().toNanos()));
          case 2 -> trial.turn(random.nextInt(10) == 0 ? trial.idleNanos() : 0);
          case 3 -> trial.decide(KEY, permits);
          case 4, 5 -> {
            Reservation reservation = trial.limiter().reserve(KEY, permits);
            trial.step("reserve('" + KEY + "', " + permits + "): " + reservation);
            if (reservation instanceof Reservation.Held held) {
              open.add(new Open(held, trial.elapsed()));
            }
          }
          default -> {
            if (!open.isEmpty()) {
              Open one = open.remove(random.nextInt(open.size()));
              settle(
                  trial, one, random.nextBoolean() ? 0 : random.nextLong(one.held.permits() + 1));
            }
          }
        }
      }
      open.forEach(one -> settle(trial, one, one.held.permits()));
      trial.requireWorstCase();
    }
  }

  private static void settle(Trial trial, Open one, long used) {
    trial.step(one.held + " of " + one.since + " settle(" + used + ")");
    one.held.settle(used);
    trial.settled(KEY, one.held.permits(), used, one.since);
  }

  private static void cancel(Trial trial, Reservation.Held held, long since) {
    trial.step("cancel() of " + held);
    held.cancel();
    trial.settled(KEY, held.permits(), 0, since);
  }

  private void rejectsWhatCanNeverBeHad(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    for (long permits : Rejections.beyond(limit)) {
      Rejections.requireForGood(
          trial,
          "reserve with " + permits + " permits",
          decision(trial.limiter().reserve(KEY, permits)));
      String call = "reserveAsync with " + permits + " permits";
      Rejections.requireForGood(
          trial,
          call,
          decision(Answers.of(trial, call, trial.limiter().reserveAsync(KEY, permits))));
    }
    for (long permits : new long[] {0, -1}) {
      Rejections.require(
          trial,
          IllegalArgumentException.class,
          "reserve with " + permits + " permits",
          () -> trial.limiter().reserve(KEY, permits));
      Rejections.requireLater(
          trial,
          IllegalArgumentException.class,
          "reserveAsync with " + permits + " permits",
          () -> trial.limiter().reserveAsync(KEY, permits));
    }
    trial.hasExactly(KEY, limit.burst(), "what is rejected takes nothing");
  }

  private static Reservation.Held hold(Trial trial, long permits) {
    Reservation reservation = trial.limiter().reserve(KEY, permits);
    trial.step("reserve('" + KEY + "', " + permits + "): " + reservation);
    if (reservation instanceof Reservation.Held held) {
      return held;
    }
    throw trial.fault(
        "a reservation of " + permits + " permits", "held", reservation, "the permits are there");
  }
}

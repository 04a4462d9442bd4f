package dev.flowshield.checks.overload.simulation;

import dev.flowshield.engine.overload.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A protection that admits by a rule, and records all calls. Slots are counted from 0. */
final class Spy implements Protection {

  record Entered(long at, long hash, int criticality, long ageNanos, int route) {}

  record Left(long at, long place, Outcome outcome) {}

  record Paused(long at, long from, long to) {}

  final List<Entered> attempts = new ArrayList<>();
  final List<Long> admittedAt = new ArrayList<>();
  final List<Left> exits = new ArrayList<>();
  final List<Object> all = new ArrayList<>();
  int mostInFlight;

  private final Predicate<Entered> rule;
  private int inFlight;

  Spy(Predicate<Entered> rule) {
    this.rule = rule;
  }

  static Spy admittingAll() {
    return new Spy(attempt -> true);
  }

  static Spy rejectingAll() {
    return new Spy(attempt -> false);
  }

  /** Creates a protection with a limit. */
  static Spy upTo(int limit) {
    Spy[] self = new Spy[1];
    self[0] = new Spy(attempt -> self[0].inFlight < limit);
    return self[0];
  }

  @Override
  public long enter(Attempt attempt, long now) {
    Entered entered = new Entered(
        now, attempt.hash(), attempt.criticality(), attempt.ageNanos(), attempt.route());
    attempts.add(entered);
    all.add(entered);
    if (!rule.test(entered)) {
      return REJECTED;
    }
    inFlight++;
    mostInFlight = Math.max(mostInFlight, inFlight);
    admittedAt.add(now);
    return admittedAt.size() - 1L;
  }

  @Override
  public void exit(long place, Outcome outcome, long now) {
    inFlight--;
    Left left = new Left(now, place, outcome);
    exits.add(left);
    all.add(left);
  }

  @Override
  public void pause(long from, long to) {
    all.add(new Paused(to, from, to));
  }

  /** Returns the time that the work of an exit was in the server. */
  long latency(Left left) {
    return left.at - admittedAt.get((int) left.place);
  }

  long exitsBetween(long from, long to) {
    return exits.stream().filter(exit -> from <= exit.at && exit.at < to).count();
  }
}

package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;
import static dev.flowshield.checks.overload.scenario.Span.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.measure.Harm;
import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.measure.Second;
import dev.flowshield.checks.overload.scenario.Population;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.engine.overload.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToIntFunction;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Checks the meaning of each number with protections that have known faults. */
class ResultTest {

  private static final int GOOD = 12;
  private static final int ALL = Integer.MAX_VALUE;

  /** A limit that changes over time. */
  private static final class Scripted implements Protection {

    private final LongToIntFunction limitAt;
    private long now;
    private int inFlight;

    Scripted(LongToIntFunction limitAt) {
      this.limitAt = limitAt;
    }

    @Override
    public long enter(Attempt attempt, long now) {
      this.now = now;
      if (inFlight >= limit()) {
        return REJECTED;
      }
      return inFlight++;
    }

    @Override
    public void exit(long place, Outcome outcome, long now) {
      inFlight--;
    }

    @Override
    public int limit() {
      return limitAt.applyAsInt(now);
    }
  }

  private static Result run(String name, Protection protection) {
    return new Simulation(Scenarios.named(name), 3).run(protection);
  }

  @Test
  void goodputIsTheShareOfTheCapacityThatIsUsed() {
    Result half = run("S1", new Scripted(now -> 4));
    Result tenth = run("S1", new Scripted(now -> 1));

    assertThat(half.goodput()).isCloseTo(.5, within(.01));
    assertThat(tenth.goodput()).isCloseTo(.125, within(.01));
  }

  @Test
  void secondsHoldWhatWasOfferedServedAndHowSlowThatWas() {
    List<Second> seconds = run("S1", new Scripted(now -> 4)).seconds();

    assertThat(seconds).hasSize(60);
    assertThat(seconds.subList(0, 19)).allMatch(second -> second.offered() < 600);
    assertThat(seconds.subList(20, 40))
        .allMatch(second -> second.offered() > 7_000)
        .allMatch(second -> second.good() >= 385 && second.good() <= 401)
        .allMatch(second -> second.p99() > 9.4 && second.p99() < 10.6);
  }

  @Test
  void goodputIsTheShareOfTheRequestsWhereAllCouldBeServed() {
    Spy nineOfTen = new Spy(attempt -> attempt.at() % 10 != 0);

    assertThat(run("S12", nineOfTen).goodput()).isCloseTo(.9, within(.01));
  }

  @Test
  void goodputIsOfTheRequestsThatCameAndNotOfThoseThatWereExpected() {
    for (int seed = 0; seed < 5; seed++) {
      Result result = new Simulation(Scenarios.named("S12"), seed).run(Spy.admittingAll());

      assertThat(result.goodput()).isCloseTo(1, within(.001));
    }
  }

  @Test
  void latenciesAreThoseOfTheOverload() {
    // Constant work of 10 ms on 8 workers, with 80 inside: ten rounds.
    Result result = run("S1", new Scripted(now -> now < 20 * SECOND ? ALL : 80));

    assertThat(result.p50()).isCloseTo(100, within(5.));
    assertThat(result.p99()).isBetween(95., 110.);
    // In quiet times, a few requests wait.
    assertThat(result.unloadedP99()).isBetween(10., 16.);
    assertThat(result.p99Ratio()).isEqualTo(result.p99() / result.unloadedP99());
  }

  @Test
  void convergenceIsWhenGoodputIsThere() {
    Result result = run("S2", new Scripted(now -> isIn(now, 20, 23) ? 1 : GOOD));

    assertThat(result.convergence()).isBetween(2.8, 3.1);
  }

  @Test
  void convergenceIsWhenLatencyIsThere() {
    Result result = run("S2", new Scripted(now -> isIn(now, 20, 23) ? 200 : GOOD));

    assertThat(result.goodput()).isGreaterThan(.95);
    assertThat(result.convergence()).isBetween(3.0, 3.4);
  }

  @Test
  void recoveryIsWhenNothingIsRejected() {
    Result result =
        run("S2", new Scripted(now -> isIn(now, 40, 42) ? 4 : isIn(now, 20, 40) ? GOOD : ALL));

    assertThat(result.recovery()).isBetween(1.9, 2.2);
  }

  @Test
  void recoveryIsWhenLatencyIsThere() {
    // Half of the capacity is left for the excess: 3600 at 400 per second.
    Result result = run("S2", new Scripted(now -> 3600));

    assertThat(result.recovery()).isBetween(6., 11.);
  }

  @Test
  void falseRejectionsAreThoseBeforeTheOverload() {
    Spy oneOfTen = new Spy(attempt -> attempt.at() % 10 != 0 || attempt.at() > 20 * SECOND);

    assertThat(run("S2", oneOfTen).falseRejections()).isCloseTo(.1, within(.01));
  }

  @Test
  void everyRejectionIsFalseWithinCapacity() {
    Spy oneOfTen = new Spy(attempt -> attempt.at() % 10 != 0);

    assertThat(run("S12", oneOfTen).falseRejections()).isCloseTo(.1, within(.01));
  }

  @Test
  void goodAfterIsThatOfLaterRequests() {
    Result lasting = run("S2", new Scripted(now -> now < 20 * SECOND ? ALL : 2));
    Result passing = run("S2", new Scripted(now -> isIn(now, 20, 42) ? 2 : ALL));

    // Two workers of eight, for half of the capacity; some requests arrive while both are busy.
    assertThat(lasting.goodAfter()).isBetween(.3, .5);
    assertThat(passing.goodAfter()).isEqualTo(1);
    assertThat(run("S2", new Scripted(now -> isIn(now, 20, 44) ? 2 : ALL)).goodAfter())
        .isBetween(.9, .97);
  }

  @Test
  void topRejectedIsForCriticalAttemptsAlone() {
    Spy backwards = new Spy(attempt -> attempt.criticality() != Population.CRITICAL);
    Spy forwards = new Spy(attempt -> attempt.criticality() == Population.CRITICAL);

    assertThat(run("P1", backwards).topRejected()).isEqualTo(1);
    assertThat(run("P1", forwards).topRejected()).isZero();
    assertThat(run("S2", Spy.upTo(GOOD)).topRejected()).isNaN();
  }

  @Test
  void victimsAreTheClientsThatDoNotAbuse() {
    Map<Long, Integer> counts = new HashMap<>();
    run("F1", new Spy(attempt -> counts.merge(attempt.hash(), 1, Integer::sum) == 0));
    long abuser = counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .orElseThrow()
        .getKey();

    assertThat(run("F1", new Spy(attempt -> attempt.hash() != abuser)).victims())
        .isEqualTo(1);
    assertThat(run("F1", new Spy(attempt -> attempt.hash() == abuser)).victims())
        .isZero();
  }

  @Test
  void jainIsOneIfAllHaveTheSame() {
    assertThat(run("F4", new Spy(everyFifthOfASecond())).jain()).isGreaterThan(.99);

    Predicate<Spy.Entered> isEven = attempt -> (attempt.hash() & 1) == 0;
    Result half = run("F4", new Spy(isEven.and(everyFifthOfASecond())));
    assertThat(half.jain()).isCloseTo(.5, within(.15));

    assertThat(run("F3", Spy.upTo(GOOD)).jain()).isEqualTo(1);
  }

  /** Returns an equal number for each client, below the capacity of the server. */
  private static Predicate<Spy.Entered> everyFifthOfASecond() {
    Map<Long, Long> last = new HashMap<>();
    return attempt -> {
      long slot = attempt.at() / (SECOND / 5);
      Long before = last.put(attempt.hash(), slot);
      return before == null || before < slot;
    };
  }

  @Test
  void theSlopeIsThatOfTheSecondHalfOfTheOverload() {
    // From 100 at 30 s to 200 at 40 s; more before.
    Result result = run(
        "S2",
        new Scripted(now ->
            now < 29 * SECOND ? 300 : 100 + (int) ((now - 30 * SECOND) / (100 * MILLISECOND))));

    assertThat(result.limitSlope()).isCloseTo(100 / 150., within(.02));
    assertThat(result.largestLimit()).isGreaterThanOrEqualTo(300);
  }

  @Test
  void aLimitThatIsNotSaidHasNoSlope() {
    Result result = run("S2", Spy.upTo(GOOD));

    assertThat(result.largestLimit()).isNaN();
    assertThat(result.limitSlope()).isNaN();
  }

  @Test
  void whatCannotHappenMeansNothing() {
    Result hung = run("H1", Spy.upTo(GOOD));
    Result neverIdle = run("D9", Spy.upTo(GOOD));

    assertThat(hung.convergence()).isNaN();
    assertThat(neverIdle.recovery()).isNaN();
    assertThat(neverIdle.falseRejections()).isNaN();
    assertThat(neverIdle.goodAfter()).isNaN();
  }

  @Test
  void quietTimesAreTheSameForAllSeedsNearly() {
    Scenario scenario = Scenarios.named("S5");

    double first = new Simulation(scenario, 1).run(Spy.upTo(GOOD)).unloadedP99();
    double second = new Simulation(scenario, 2).run(Spy.upTo(GOOD)).unloadedP99();

    assertThat(first / second).isCloseTo(1, within(.1));
  }

  private static boolean isIn(long now, double from, double to) {
    return from * SECOND <= now && now < to * SECOND;
  }

  @Test
  void harmIsHowManyWereRejectedInAllAndInTheWorstSecond() {
    // All of one second, and a tenth of another.
    Harm harm = run(
            "S12",
            new Spy(attempt -> !isIn(attempt.at(), 10, 11)
                && !(isIn(attempt.at(), 20, 21) && attempt.at() % 10 == 0)))
        .harm();

    assertThat(harm.rejected()).isCloseTo(1.1 / 60, within(.002));
    assertThat(harm.worstSecond()).isEqualTo(1);
  }

  @Test
  void harmIsStuckAsLongAsItLastsAfterAChange() {
    // It changes at 20 and at 40 s.
    assertThat(stuck("S9", 10, 12)).isCloseTo(12, within(.1));
    assertThat(stuck("S9", 19, 21)).isCloseTo(20, within(.1));
    assertThat(stuck("S9", 20, 23)).isCloseTo(3, within(.1));
    assertThat(stuck("S9", 45, 45.5)).isCloseTo(5.5, within(.1));
  }

  @Test
  void harmIsStuckSinceTheLastPause() {
    // Pauses are at most 10 s apart, and 300 ms long.
    assertThat(stuck("S11", 0, 60)).isBetween(5., 10.3);
  }

  private static double stuck(String name, double from, double to) {
    return run(name, new Spy(attempt -> !isIn(attempt.at(), from, to))).harm().stuck();
  }

  @Test
  void thereIsNoHarmWhereNothingIsRejected() {
    assertThat(run("S12", Spy.admittingAll()).harm()).isEqualTo(Harm.NONE);
  }
}

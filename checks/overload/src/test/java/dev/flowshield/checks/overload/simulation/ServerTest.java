package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;
import static dev.flowshield.checks.overload.scenario.Span.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.ScenarioBuilder;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import dev.flowshield.checks.overload.scenario.ServiceTime.Constant;
import dev.flowshield.engine.overload.Outcome;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests of the server and its process, through a protection. */
class ServerTest {

  private static final long SEED = 1;
  private static final ServiceTime TEN_MILLIS = new Constant(10 * MILLISECOND);

  private final Spy all = Spy.admittingAll();

  private static ScenarioBuilder busy() {
    return scenario("busy").service(TEN_MILLIS).coldStart(2).overloaded(0, 10).end(10);
  }

  private static ScenarioBuilder quiet() {
    return scenario("quiet").service(TEN_MILLIS).overloaded(0, 10).end(10);
  }

  private static Result run(ScenarioBuilder declared, Protection protection) {
    return new Simulation(declared.build(), SEED).run(protection);
  }

  @Nested
  class Work {

    @Test
    void endsAsFastAsTheWorkersAllow() {
      run(busy(), all);

      assertThat(all.exitsBetween(SECOND, 9 * SECOND)).isBetween(6399L, 6401L);
    }

    @Test
    void endsAsFastAsTheWorkersThatAreLeft() {
      run(busy().workersFrom(5, 4), all);

      assertThat(all.exitsBetween(SECOND, 4 * SECOND)).isBetween(2399L, 2401L);
      assertThat(all.exitsBetween(6 * SECOND, 9 * SECOND)).isBetween(1199L, 1201L);
    }

    @Test
    void beginsAtOnceWhenWorkersAreAdded() {
      run(busy().workersFrom(5, 16), all);

      assertThat(all.exitsBetween(5 * SECOND + 11 * MILLISECOND, 6 * SECOND))
          .isBetween(1576L, 1592L);
    }

    @Test
    void takesAnotherTimeAfterAChange() {
      run(quiet().workers(1000).base(.005).serviceFrom(5, new Constant(30 * MILLISECOND)), all);

      List<Long> before = latencies(0, 5);
      List<Long> after = latencies(5, 10);
      assertThat(before).hasSizeGreaterThan(1000);
      assertThat(after).hasSizeGreaterThan(1000);
      assertThat(Set.copyOf(before)).containsExactly(10 * MILLISECOND);
      assertThat(Set.copyOf(after)).containsExactly(30 * MILLISECOND);
    }

    /** Returns the latencies of the requests admitted in these seconds. */
    private List<Long> latencies(int from, int to) {
      return all.exits.stream()
          .filter(exit -> exit.at() - all.latency(exit) >= from * SECOND)
          .filter(exit -> exit.at() - all.latency(exit) < to * SECOND)
          .map(all::latency)
          .toList();
    }

    @Test
    void isSlowUntilCodeIsCompiled() {
      run(quiet().workers(100_000).base(.001).warmUp(5, 3), all);

      assertThat((double) all.latency(all.exits.get(0)))
          .isCloseTo(50 * MILLISECOND, within(.2 * MILLISECOND));
      double last = all.latency(all.exits.get(all.exits.size() - 1));
      assertThat(last / MILLISECOND).isCloseTo(10 * (1 + 4 * Math.exp(-10 / 3.)), within(.05));
    }

    @Test
    void isSlowInACrowd() {
      Spy crowd = Spy.upTo(16);

      run(busy().coldStart(100).contention(.5), crowd);

      // When work begins, 15 are inside: one has just left, and the next has not arrived.
      double slowdown = 800. * 8 / crowd.exitsBetween(SECOND, 9 * SECOND);
      assertThat(slowdown).isCloseTo(1 + .5 * (15 - 8) / 8, within(.02));
    }

    @Test
    void paysForRejections() {
      Spy rejecting = Spy.upTo(12);

      Result result = run(busy().coldStart(10).rejectionCost(.02), rejecting);

      // ended + (10 - ended) * .02 = 1, in units of the capacity
      double ended = rejecting.exitsBetween(SECOND, 9 * SECOND) / (800. * 8);
      assertThat(ended).isCloseTo((1 - .2) / (1 - .02), within(.01));
      assertThat(result.goodput()).isCloseTo(1, within(.02));
    }

    @Test
    void paysForOneAfterTheOther() {
      // 400 rejections cost half of a service time each.
      Spy rejecting = new Spy(attempt -> attempt.at() / SECOND != 5);

      run(quiet().workers(1000).base(.004).rejectionCost(.5), rejecting);

      List<Long> latencies = rejecting.exits.stream().map(rejecting::latency).toList();
      assertThat(latencies).allMatch(latency -> latency <= 20 * MILLISECOND);
      assertThat(latencies)
          .filteredOn(latency -> latency == 20 * MILLISECOND)
          .hasSizeBetween(170, 230);
    }

    @Test
    void failsAtOnceWhileItFails() {
      run(quiet().failFast(5, 6), all);

      List<Spy.Left> failed =
          all.exits.stream().filter(exit -> exit.outcome() == Outcome.FAILED).toList();
      long from = 5 * SECOND;
      long to = 6 * SECOND + MILLISECOND;
      assertThat(failed).hasSizeBetween(350, 450);
      assertThat(failed).allMatch(exit -> from <= exit.at() && exit.at() < to);
      assertThat(failed.get(200)).matches(exit -> all.latency(exit) == MILLISECOND / 5);
      assertThat(all.exits)
          .filteredOn(exit -> from + 30 * MILLISECOND < exit.at() && exit.at() < 6 * SECOND)
          .isSubsetOf(failed);
    }

    @Test
    void standsStillWhileTheServerHangs() {
      run(quiet().io(20).hang(5, 7), all);

      assertThat(all.exitsBetween(5 * SECOND, 7 * SECOND)).isZero();
      assertThat(all.attempts).filteredOn(attempt -> attempt.at() / SECOND == 5).isNotEmpty();
      // Until its queue is empty, it works at full capacity.
      assertThat(all.exitsBetween(7 * SECOND + 50 * MILLISECOND, 8 * SECOND)).isBetween(750L, 762L);
    }
  }

  @Nested
  class Pauses {

    private static final long FROM = 5 * SECOND;
    private static final long TO = FROM + 200 * MILLISECOND;

    @Test
    void holdBackWhatComesAndEnds() {
      run(quiet().pause(5, 5.2), all);

      assertThat(all.attempts).noneMatch(attempt -> FROM <= attempt.at() && attempt.at() < TO);
      assertThat(all.exitsBetween(FROM, TO)).isZero();
      assertThat(all.attempts).filteredOn(attempt -> attempt.at() == TO).hasSizeBetween(55, 105);
      assertThat(all.exits).filteredOn(exit -> exit.at() == TO).hasSizeBetween(1, 8);
    }

    @Test
    void areSaidAtTheirEndBeforeAllElse() {
      run(quiet().pause(5, 5.2), all);

      int said = all.all.indexOf(new Spy.Paused(TO, FROM, TO));

      assertThat(said).isPositive();
      assertThat(all.all.subList(0, said)).allMatch(event -> at(event) < FROM);
      assertThat(at(all.all.get(said + 1))).isEqualTo(TO);
    }

    @Test
    void countForTheClients() {
      Result calm = run(quiet(), Spy.admittingAll());
      Result paused = run(quiet().pause(5, 5.2), Spy.admittingAll());

      assertThat(calm.p99()).isLessThan(30);
      assertThat(paused.p99()).isBetween(100., 350.);
    }

    @Test
    void comeAtRandomWhereItIsSaidSo() {
      run(quiet().randomPauses().end(100), all);

      assertThat(all.all)
          .filteredOn(event -> event instanceof Spy.Paused)
          .hasSizeBetween(9, 20)
          .map(event -> (Spy.Paused) event)
          .allSatisfy(pause ->
              assertThat(pause.to() - pause.from()).isBetween(50 * MILLISECOND, 300 * MILLISECOND));
    }

    private static long at(Object event) {
      if (event instanceof Spy.Entered entered) {
        return entered.at();
      }
      return event instanceof Spy.Left left ? left.at() : ((Spy.Paused) event).at();
    }
  }

  @Nested
  class ContainerThreads {

    @Test
    void letNoMoreInThanThereAre() {
      run(busy().container(6), all);

      assertThat(all.mostInFlight).isEqualTo(6);
      assertThat(all.exitsBetween(SECOND, 9 * SECOND)).isBetween(4799L, 4801L);
    }

    @Test
    void showHowLongARequestHasWaited() {
      run(busy().container(8), all);

      Spy.Entered first = all.attempts.get(0);
      Spy.Entered last = all.attempts.get(all.attempts.size() - 1);
      assertThat(first.ageNanos()).isZero();
      // Twice the capacity arrives, so the age is half of the elapsed time.
      assertThat((double) last.ageNanos() / last.at()).isCloseTo(.5, within(.05));
    }

    @Test
    void rejectAQueueWithoutDelay() {
      Spy young = new Spy(attempt -> attempt.ageNanos() < 100 * MILLISECOND);

      run(busy().container(8), young);

      assertThat(young.attempts).allMatch(attempt -> attempt.ageNanos() < 150 * MILLISECOND);
      assertThat(young.exitsBetween(SECOND, 9 * SECOND)).isBetween(6399L, 6401L);
    }

    @Test
    void doNothingWhereTheLimitIsLower() {
      Spy inside = Spy.upTo(8);
      Spy outside = Spy.upTo(8);

      run(busy().container(9), inside);
      run(busy(), outside);

      assertThat(inside.all).isEqualTo(outside.all);
    }
  }
}

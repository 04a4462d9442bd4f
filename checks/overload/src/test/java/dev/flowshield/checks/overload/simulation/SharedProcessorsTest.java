package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
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
import org.junit.jupiter.api.Test;

/** Tests of work that shares processors, through a protection. */
class SharedProcessorsTest {

  private static final ServiceTime TEN_MILLIS = new Constant(10 * MILLISECOND);

  private final Spy all = Spy.admittingAll();

  /** Creates a scenario in which work arrives only in bunches. */
  private static ScenarioBuilder idle(int processors) {
    return scenario("idle")
        .workers(processors)
        .shared()
        .base(0)
        .overloaded(0, 10)
        .end(10)
        .route(route(0).works(TEN_MILLIS));
  }

  private static ScenarioBuilder busy() {
    return scenario("busy")
        .shared()
        .service(TEN_MILLIS)
        .coldStart(2)
        .overloaded(0, 10)
        .end(10);
  }

  private Result run(ScenarioBuilder declared) {
    return new Simulation(declared.build(), 1).run(all);
  }

  private List<Double> endMillis() {
    return all.exits.stream()
        .map(exit -> Math.round((exit.at() - SECOND) / 1000.) / 1000.)
        .toList();
  }

  @Test
  void computesAtFullSpeedOnAProcessorOfItsOwn() {
    run(idle(2).bunch(1, 0, 2));

    assertThat(endMillis()).containsExactly(10., 10.);
  }

  @Test
  void sharesProcessorsThatAreTooFew() {
    run(idle(2).bunch(1, 0, 6));

    assertThat(endMillis()).containsExactly(30., 30., 30., 30., 30., 30.);
  }

  @Test
  void isSlowedDownByWorkThatComesLater() {
    run(idle(1).bunch(1, 0, 1).bunch(1.005, 0, 1));

    assertThat(endMillis()).containsExactly(15., 20.);
  }

  @Test
  void letsShortWorkPassLongWork() {
    run(idle(1)
        .route(route(0).works(new Constant(2 * MILLISECOND)))
        .bunch(1, 0, 1)
        .bunch(1.005, 1, 1));

    assertThat(all.exits).map(Spy.Left::place).containsExactly(1L, 0L);
    assertThat(endMillis()).containsExactly(9., 12.);
  }

  @Test
  void standsStillInPausesAndWhileTheServerHangs() {
    run(idle(1).bunch(1, 0, 1).pause(1.005, 1.105).hang(1.107, 1.207));

    assertThat(endMillis()).containsExactly(210.);
  }

  @Test
  void isSlowerOnFewerProcessors() {
    run(idle(4).bunch(1, 0, 4).workersFrom(1.005, 1));

    assertThat(endMillis()).containsExactly(25., 25., 25., 25.);
  }

  @Test
  void isSlowUntilCodeIsCompiled() {
    run(idle(1).bunch(1, 0, 1).warmUp(5, 3));

    assertThat(endMillis().get(0)).isCloseTo(10 * (1 + 4 * Math.exp(-1 / 3.)), within(.01));
  }

  @Test
  void failsAtOnceWhileItFails() {
    run(idle(1).bunch(1, 0, 1).failFast(1, 2));

    assertThat(all.exits).map(Spy.Left::outcome).containsExactly(Outcome.FAILED);
    assertThat(endMillis()).containsExactly(.2);
  }

  @Test
  void comesAfterADelay() {
    run(scenario("delayed")
        .shared()
        .service(TEN_MILLIS)
        .io(50)
        .base(.001)
        .overloaded(0, 10)
        .end(10));

    assertThat(all.exits).map(all::latency).isNotEmpty().allMatch(time -> time == 60 * MILLISECOND);
  }

  @Test
  void endsAsFastAsTheProcessorsAllow() {
    Spy few = Spy.upTo(20);

    new Simulation(busy().build(), 1).run(few);

    assertThat(few.exitsBetween(SECOND, 9 * SECOND)).isBetween(6380L, 6420L);
  }

  @Test
  void paysForRejections() {
    Spy rejecting = Spy.upTo(20);

    Result result =
        new Simulation(busy().coldStart(10).rejectionCost(.02).build(), 1).run(rejecting);

    // ended + (10 - ended) * .02 = 1, in units of the capacity
    double ended = rejecting.exitsBetween(SECOND, 9 * SECOND) / (800. * 8);
    assertThat(ended).isCloseTo((1 - .2) / (1 - .02), within(.01));
    assertThat(result.goodput()).isCloseTo(1, within(.02));
  }

  @Test
  void isNotHeldUpByRejectionsThatFindAFreeProcessor() {
    Spy first = Spy.upTo(1);

    new Simulation(idle(2).service(TEN_MILLIS).rejectionCost(.5).bunch(1, 0, 2).build(), 1)
        .run(first);

    assertThat(first.exits).map(first::latency).containsExactly(10 * MILLISECOND);
  }
}

package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;
import static dev.flowshield.checks.overload.scenario.Span.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.scenario.Bunch;
import dev.flowshield.checks.overload.scenario.Loop;
import dev.flowshield.checks.overload.scenario.ScenarioBuilder;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import dev.flowshield.checks.overload.scenario.ServiceTime.Constant;
import dev.flowshield.checks.overload.scenario.Span;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests of the clients beside the main traffic. */
class RouteClientsTest {

  private static final int FIRST_ROUTE = 2;
  private static final ServiceTime TWO_SECONDS = new Constant(2. * SECOND);

  private final Spy all = Spy.admittingAll();

  private static ScenarioBuilder nothing() {
    return scenario("nothing").base(0).deadline(10_000).overloaded(0, 20).end(20);
  }

  private static void run(ScenarioBuilder declared, Protection protection) {
    new Simulation(declared.build(), 1).run(protection);
  }

  private static long count(Spy spy, int route, double from, double to) {
    return spy.attempts.stream()
        .filter(attempt -> attempt.route() == FIRST_ROUTE + route)
        .filter(attempt -> from * SECOND <= attempt.at() && attempt.at() < to * SECOND)
        .count();
  }

  @Test
  void sendAsOftenAsEachRouteSays() {
    run(nothing().route(route(100).rateFrom(10, 10)).route(route(0).rateRamp(0, 20, 200)), all);

    assertThat(count(all, 0, 0, 10)).isCloseTo(1000, within(100L));
    assertThat(count(all, 0, 10, 20)).isCloseTo(100, within(30L));
    assertThat(count(all, 1, 0, 10)).isCloseTo(500, within(70L));
    assertThat(count(all, 1, 10, 20)).isCloseTo(1500, within(120L));
  }

  @Test
  void sendBesideTheMainTrafficWithoutChangingIt() {
    Spy alone = Spy.admittingAll();
    run(scenario("alone").overloaded(0, 20).end(20), alone);

    run(scenario("beside").overloaded(0, 20).end(20).route(route(50)), all);

    assertThat(all.attempts)
        .filteredOn(attempt -> attempt.route() < FIRST_ROUTE)
        .isEqualTo(alone.attempts);
    assertThat(count(all, 0, 0, 20)).isCloseTo(1000, within(100L));
  }

  @Test
  void sendABunchAtOnce() {
    run(nothing().route(route(0)).bunch(5, 0, 300), all);

    assertThat(all.attempts).hasSize(300).allMatch(attempt -> attempt.at() == 5 * SECOND);
    assertThat(all.attempts.stream().map(Spy.Entered::hash).distinct()).hasSizeGreaterThan(200);
  }

  @Test
  void sendABunchOfOneClient() {
    Bunch bunch = new Bunch(5 * SECOND, 0, 0, 300, true);

    run(nothing().route(route(50)).bunch(bunch), all);

    List<Long> hashes = all.attempts.stream()
        .filter(attempt -> attempt.at() == 5 * SECOND)
        .map(Spy.Entered::hash)
        .distinct()
        .toList();
    assertThat(hashes).hasSize(1);
    assertThat(all.attempts)
        .filteredOn(attempt -> attempt.hash() == hashes.get(0))
        .hasSize(300);
  }

  @Nested
  class Loops {

    private static Loop loop(boolean isOfOneClient, long thinkNanos) {
      return new Loop(0, 100, isOfOneClient, Span.seconds(5, 15), 0, thinkNanos, SECOND / 2);
    }

    private static ScenarioBuilder polling() {
      return nothing().route(route(0).waits(TWO_SECONDS));
    }

    @Test
    void keepAsManyRequestsOpenAsTheySay() {
      run(polling().loop(loop(false, 0)), all);

      assertThat(all.mostInFlight).isEqualTo(100);
      assertThat(all.attempts).hasSize(500);
      assertThat(all.attempts)
          .map(Spy.Entered::at)
          .containsOnly(5 * SECOND, 7 * SECOND, 9 * SECOND, 11 * SECOND, 13 * SECOND);
      assertThat(all.exits).hasSize(500);
    }

    @Test
    void areOfManyClientsOrOfOne() {
      Spy one = Spy.admittingAll();
      run(polling().loop(loop(false, 0)), all);
      run(polling().loop(loop(true, 0)), one);

      assertThat(all.attempts.stream().map(Spy.Entered::hash).distinct()).hasSize(100);
      assertThat(one.attempts.stream().map(Spy.Entered::hash).distinct()).hasSize(1);
    }

    @Test
    void waitAfterAnAnswer() {
      run(polling().loop(loop(false, SECOND)), all);

      assertThat(all.attempts)
          .map(Spy.Entered::at)
          .containsOnly(5 * SECOND, 8 * SECOND, 11 * SECOND, 14 * SECOND);
    }

    @Test
    void comeBackAfterARejection() {
      Spy none = Spy.rejectingAll();

      run(polling().retries(3).loop(loop(false, 0)), none);

      // Two per second, without ordinary retries.
      assertThat(none.attempts).hasSize(100 * 20);
      assertThat(none.attempts).allMatch(attempt -> attempt.at() % (SECOND / 2) == 0);
    }

    @Test
    void maySpreadTheirFirstRequests() {
      run(polling().loop(new Loop(0, 100, false, Span.seconds(5, 15), SECOND, 0, SECOND)), all);

      assertThat(all.attempts.get(1).at() - all.attempts.get(0).at()).isEqualTo(10 * MILLISECOND);
    }
  }

  @Test
  void haveTheSameLuckUnderEachProtection() {
    ScenarioBuilder declared = nothing()
        .route(route(100).waits(new ServiceTime.Exponential(100 * MILLISECOND)))
        .bunch(5, 0, 100);
    Spy few = Spy.upTo(10);

    run(declared, all);
    run(declared, few);

    assertThat(few.attempts).isEqualTo(all.attempts);
    assertThat(few.exits).hasSizeLessThan(all.exits.size());
  }
}

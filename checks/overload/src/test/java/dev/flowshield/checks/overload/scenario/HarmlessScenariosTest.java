package dev.flowshield.checks.overload.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HarmlessScenariosTest {

  private static final int COUNT = 400;

  private final List<Scenario> written = HarmlessScenarios.written();
  private final List<Scenario> drawn = HarmlessScenarios.of(1, COUNT);

  @Test
  void areNumberedInTheOrderInWhichTheyStand() {
    assertThat(written)
        .map(Scenario::name)
        .isEqualTo(IntStream.rangeClosed(1, written.size())
            .mapToObj("N%02d"::formatted)
            .toList())
        .hasSizeGreaterThanOrEqualTo(60);
  }

  @Test
  void haveNamesThatSayHowToDrawThemAgain() {
    assertThat(drawn.get(7).name()).isEqualTo("Q1-7");
  }

  @Test
  void areTheSameForTheSameSeed() {
    assertThat(HarmlessScenarios.of(1, 10))
        .map(one -> one.traffic().mix())
        .isEqualTo(drawn.subList(0, 10).stream().map(one -> one.traffic().mix()).toList());
  }

  @Test
  void areOthersForANeighboringSeed() {
    assertThat(HarmlessScenarios.of(2, COUNT))
        .map(one -> one.traffic().mix())
        .doesNotContainAnyElementsOf(
            drawn.stream().map(one -> one.traffic().mix()).toList());
  }

  @Test
  void areBelowCapacityAtAllTimes() {
    assertThat(Stream.concat(written.stream(), drawn.stream()))
        .allMatch(Scenario::isWithinCapacity)
        .allMatch(one -> tenths(one).allMatch(at -> one.servable(at) == one.offered(at)));
  }

  @Test
  void areAtMostFourFifthsBusy() {
    assertThat(Stream.concat(written.stream(), drawn.stream()))
        .allMatch(one -> tenths(one).allMatch(at -> load(one, at) < .801));
  }

  private static LongStream tenths(Scenario scenario) {
    return LongStream.iterate(0, at -> at < scenario.end(), at -> at + Span.SECOND / 10);
  }

  private static double load(Scenario scenario, long at) {
    ServerModel server = scenario.server();
    double routes = scenario.traffic().mix().routes().stream()
        .mapToDouble(route -> route.offered(at) * route.work().at(at).mean())
        .sum();
    double main = scenario.traffic().load().at(at)
        * server.nominalCapacity()
        * server.service().at(at).mean();
    return server.warmUp().slowdown(at) * (main + routes) / server.workers().first();
  }

  @Test
  void areOfAllKinds() {
    Predicate<Scenario> isShared = one -> one.server().computing().isShared();
    Predicate<Scenario> hasWork =
        one -> one.traffic().mix().routes().stream().anyMatch(Route::hasWork);

    assertThat(share(hasWork.negate())).isBetween(.3, .5);
    assertThat(share(hasWork.and(isShared))).isBetween(.2, .4);
    assertThat(share(hasWork.and(isShared.negate()))).isBetween(.2, .4);
    assertThat(share(one -> one.server().hasRandomPauses())).isBetween(.2, .3);
    assertThat(share(one -> !one.traffic().mix().bunches().isEmpty())).isBetween(.3, .5);
    assertThat(share(one -> !one.traffic().mix().loops().isEmpty())).isBetween(.2, .4);
    assertThat(share(one -> one.server().warmUp().factor() > 1)).isBetween(.02, .12);
    assertThat(share(one -> one.traffic().retries() > 0)).isBetween(.1, .3);
  }

  @Test
  void changeLatencyByUpToAThousandTimes() {
    assertThat(share(one -> growth(one) > 1.01)).isGreaterThan(.3);
    assertThat(share(one -> growth(one) > 100)).isGreaterThan(.03);
    assertThat(drawn).allMatch(one -> growth(one) < 100_001);
  }

  private static double growth(Scenario scenario) {
    return scenario.traffic().mix().routes().stream()
        .mapToDouble(route -> route.waiting().changes().stream()
                .mapToDouble(change -> change.value().mean())
                .max()
                .orElseThrow()
            / route.waiting().first().mean())
        .max()
        .orElseThrow();
  }

  private double share(Predicate<Scenario> condition) {
    return drawn.stream().filter(condition).count() / (double) COUNT;
  }
}

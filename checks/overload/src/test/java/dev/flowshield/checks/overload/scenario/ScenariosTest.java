package dev.flowshield.checks.overload.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScenariosTest {

  @Test
  void haveTheNamesThatPeopleUse() {
    List<String> names = Stream.of(
            numbered("S", 18),
            Stream.of("S20", "S21", "S22", "S23", "S24", "S25", "H1", "H2", "M1", "M2"),
            numbered("D", 7),
            Stream.of("D9", "D10", "D11"),
            numbered("P", 4),
            numbered("F", 9))
        .flatMap(all -> all)
        .toList();

    assertThat(Scenarios.all()).map(Scenario::name).containsExactlyInAnyOrderElementsOf(names);
  }

  private static Stream<String> numbered(String letter, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(number -> letter + number);
  }

  @Test
  void sayWhichThereAre() {
    assertThatThrownBy(() -> Scenarios.named("S99"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name must be one of [S1, ")
        .hasMessageEndingWith("got S99");
  }

  @ParameterizedTest
  @CsvSource({
    "S2, 19, .5",
    "S2, 20, 10",
    "S2, 40, .5",
    "S7, 30, 3",
    "S14, 25, 1.65",
    "S20, 10, .02",
    "S20, 30, .8",
    "M1, 30, .3",
    "D6, 10, 3",
    "D6, 30, .5",
    "D7, 21, 3",
    "D7, 23, .5",
    "D7, 61, .5",
    "F1, 10, .4",
    "F1, 30, 10",
    "F6, 30, 10",
    "F2, 30, 1.4",
    "F7, 30, 10",
  })
  void offerWhatIsSaid(String name, double instant, double load) {
    assertThat(Scenarios.named(name).traffic().load().at(Span.nanos(instant)))
        .isCloseTo(load, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    "S2, 30, 800", // the capacity of eight workers
    "S2, 10, 400", // the offered load
    "S9, 30, 400",
    "S9, 10, 640",
    "S10, 30, 200",
    "D3, 50, 266.67",
    "D5, 30, 400",
    "D5, 50, 1600",
    "H1, 22, 0",
    "M1, 30, 240",
    "M2, 30, 266.67",
    "D10, 0.0000001, 160", // five times as slow
    "S18, 30, 653.06", // (800 - .02 * 8000) / (1 - .02)
  })
  void canBeServedAsFarAsTheServerCan(String name, double instant, double perSecond) {
    Scenario scenario = Scenarios.named(name);
    long at = Span.nanos(instant);

    assertThat(scenario.server().servable(at, scenario.offered(at)) * Span.SECOND)
        .isCloseTo(perSecond, within(.01));
  }

  @ParameterizedTest
  @MethodSource("all")
  void areJudgedWhileThereIsTraffic(Scenario scenario) {
    assertThat(scenario.overload().to()).isLessThanOrEqualTo(scenario.end());
    assertThat(scenario.measured().to()).isLessThanOrEqualTo(scenario.end());
    assertThat(scenario.lastAnswer()).isGreaterThan(scenario.end());
  }

  @ParameterizedTest
  @MethodSource("all")
  void areWithinCapacityIfTheySaySo(Scenario scenario) {
    boolean isWithin = IntStream.range(0, (int) (scenario.end() / Span.SECOND))
        .mapToLong(second -> second * Span.SECOND)
        .allMatch(
            at -> scenario.server().servable(at, scenario.offered(at)) == scenario.offered(at));

    assertThat(isWithin).isEqualTo(scenario.isWithinCapacity());
  }

  static List<Scenario> all() {
    return Scenarios.all();
  }
}

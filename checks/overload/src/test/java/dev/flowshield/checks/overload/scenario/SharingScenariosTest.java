package dev.flowshield.checks.overload.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of the written and of the random scenarios. */
class SharingScenariosTest {

  private static final int COUNT = 400;

  private final List<Scenario> written = SharingScenarios.all();
  private final List<Scenario> warm = RandomSharingScenarios.of(1, COUNT, false);
  private final List<Scenario> cold = RandomSharingScenarios.of(1, COUNT, true);

  @Test
  void areNumberedInTheOrderInWhichTheyStand() {
    assertThat(written)
        .map(Scenario::name)
        .isEqualTo(
            IntStream.rangeClosed(1, written.size()).mapToObj("C%d"::formatted).toList());
  }

  @Test
  void haveNamesThatSayHowToDrawThemAgain() {
    assertThat(warm.get(7).name()).isEqualTo("U1-7");
    assertThat(cold.get(7).name()).isEqualTo("V1-7");
  }

  @Test
  void areTheSameForTheSameSeed() {
    assertThat(RandomSharingScenarios.of(1, 10, true))
        .map(Scenario::server)
        .isEqualTo(cold.subList(0, 10).stream().map(Scenario::server).toList());
  }

  @Test
  void areOthersForANeighboringSeed() {
    assertThat(RandomSharingScenarios.of(2, COUNT, false))
        .map(Scenario::server)
        .doesNotContainAnyElementsOf(warm.stream().map(Scenario::server).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "C2, 30, 190.95", // (200 - .005 * 2000) / (1 - .005)
    "C2, 10, 100", // the offered load
    "C22, 30, 1600", // the capacity of the workers, plus all requests that only wait
    "C26, 30, 3800", // fast and slow work, 2.105 ms on average
  })
  void canBeServedAsFarAsTheServerCan(String name, double instant, double perSecond) {
    Scenario scenario =
        written.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();

    assertThat(scenario.servable(Span.nanos(instant)) * Span.SECOND)
        .isCloseTo(perSecond, within(.5));
  }

  @Test
  void shareProcessorsAndAreOverloaded() {
    assertThat(Stream.concat(warm.stream(), cold.stream()))
        .allMatch(one -> one.server().computing().isShared())
        .allMatch(one ->
            one.server().computing().processors() == one.server().workers().first())
        .allMatch(one -> one.server().workers().first() <= 16)
        .allMatch(one -> {
          long middle = (one.overload().from() + one.overload().to()) / 2;
          return one.traffic().load().at(middle) >= 1.1
              && one.traffic().load().at(one.end() - Span.SECOND) <= .85;
        });
  }

  @Test
  void meetColdCodeFromTheBeginningOrAfterAFewSeconds() {
    assertThat(warm)
        .allMatch(one -> one.server().warmUp().factor() == 1)
        .allMatch(one -> one.overload().from() == 20 * Span.SECOND);
    assertThat(cold)
        .allMatch(one -> one.server().warmUp().factor() >= 3)
        .allMatch(one -> one.measured().from() == 0)
        .allMatch(one -> one.overload().from() < 5 * Span.SECOND);
    assertThat(share(cold, one -> one.overload().from() == 0)).isCloseTo(.5, within(.08));
  }

  @Test
  void haveTheTroubleThatIsDeclaredAsOftenAsDeclared() {
    assertThat(share(warm, one -> one.server().delayNanos() > 0)).isCloseTo(.4, within(.08));
    assertThat(share(warm, one -> one.traffic().retries() == 3)).isCloseTo(.3, within(.08));
    assertThat(share(warm, one -> one.server().workers().changes().size() == 3))
        .isBetween(.08, .22);
  }

  private static double share(List<Scenario> all, Predicate<Scenario> condition) {
    return all.stream().filter(condition).count() / (double) COUNT;
  }
}

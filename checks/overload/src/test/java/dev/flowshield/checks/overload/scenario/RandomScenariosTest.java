package dev.flowshield.checks.overload.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class RandomScenariosTest {

  private static final int COUNT = 1000;

  private final List<Scenario> drawn = RandomScenarios.of(1, COUNT);

  @Test
  void areTheSameForTheSameSeed() {
    List<Scenario> fewer = RandomScenarios.of(1, 10);

    assertThat(fewer)
        .map(Scenario::server)
        .isEqualTo(drawn.subList(0, 10).stream().map(Scenario::server).toList());
    assertThat(fewer)
        .map(one -> one.traffic().load())
        .isEqualTo(
            drawn.subList(0, 10).stream().map(one -> one.traffic().load()).toList());
  }

  @Test
  void areOthersForANeighboringSeed() {
    assertThat(RandomScenarios.of(2, COUNT))
        .map(Scenario::server)
        .doesNotContainAnyElementsOf(drawn.stream().map(Scenario::server).toList());
  }

  @Test
  void haveNamesThatSayHowToDrawThemAgain() {
    assertThat(drawn.get(7).name()).isEqualTo("R1-7");
  }

  @Test
  void areOfAllSizes() {
    assertThat(drawn)
        .allMatch(
            one -> one.server().workers().first() >= 1 && one.server().workers().first() <= 128);
    assertThat(share(one -> one.server().workers().first() <= 4)).isGreaterThan(.1);
    assertThat(share(one -> one.server().workers().first() >= 32)).isGreaterThan(.1);
  }

  @Test
  void haveTheTroubleThatIsDeclaredAsOftenAsDeclared() {
    assertThat(share(one -> one.server().delayNanos() > 0)).isCloseTo(.4, within(.05));
    assertThat(share(one -> one.server().hasRandomPauses())).isCloseTo(.2, within(.05));
    assertThat(share(one -> one.server().contention() > 0)).isCloseTo(.3, within(.05));
    assertThat(share(one -> one.traffic().retries() == 3)).isCloseTo(.3, within(.05));
    assertThat(share(one -> one.server().workers().changes().size() == 3))
        .isCloseTo(.2, within(.05));
    assertThat(share(one -> one.server().service().first() instanceof ServiceTime.Lognormal))
        .isCloseTo(.25, within(.05));
  }

  @Test
  void areOverloadedFromTwentyToFortySeconds() {
    assertThat(drawn)
        .allMatch(one -> one.traffic().load().at(10 * Span.SECOND) <= .85
            && one.traffic().load().at(30 * Span.SECOND) >= 1.1
            && one.traffic().load().at(50 * Span.SECOND) <= .85);
  }

  private double share(Predicate<Scenario> condition) {
    return drawn.stream().filter(condition).count() / (double) COUNT;
  }
}

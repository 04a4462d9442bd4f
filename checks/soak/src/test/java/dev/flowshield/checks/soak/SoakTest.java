package dev.flowshield.checks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.soak.server.ServerKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SoakTest {

  private static final int REQUESTS = 2_500; // to each server

  @Test
  @Timeout(180)
  void noServerLosesAPlaceInMixedTraffic() throws Exception {
    long seed = new Random().nextLong();
    Soak soak = Soak.start(List.of(ServerKind.values()), seed);
    Map<String, Reckoning> reckonings;
    Map<String, Integer> missing;
    try {
      reckonings = soak.round(REQUESTS, TimeUnit.MINUTES.toNanos(1));
      missing = soak.missing();
    } finally {
      soak.stop();
    }
    assertThat(reckonings.keySet())
        .containsExactlyElementsOf(
            Arrays.stream(ServerKind.values()).map(ServerKind::title).toList());
    assertThat(missing.values()).as("places that are not free: %s", missing).containsOnly(0);
    reckonings.forEach((server, reckoning) -> {
      assertThat(reckoning.faults())
          .as("%s, seed %s: %s", server, seed, reckoning)
          .isEmpty();
      assertThat(reckoning.clients().sent()).as(server).isGreaterThanOrEqualTo(REQUESTS);
      assertThat(reckoning.clients().left()).as("left %s", server).isPositive();
      assertThat(reckoning.shield().shed()).as("shed by %s", server).isPositive();
      assertThat(reckoning.shield().failed()).as("failed in %s", server).isPositive();
    });
  }
}

package dev.flowshield.checks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.soak.Reckoning.Clients;
import dev.flowshield.checks.soak.Reckoning.Shield;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReckoningTest {

  // 100 sent, of which 10 left: 60 admitted, 35 shed, 5 of those that left were never seen.
  private static final Clients CLIENTS = new Clients(100, 10, 30, 8, List.of());
  private static final Shield SHIELD = new Shield(60, 35, 9, 0, 0, 20, 0);

  @Test
  void hasNoFaultsWhereAllAddsUp() {
    assertThat(new Reckoning(CLIENTS, SHIELD, 60).faults()).isEmpty();
  }

  @Test
  void findsAPlaceThatWasLost() {
    Shield lost = new Shield(60, 35, 9, 1, 0, 20, 0);
    assertThat(new Reckoning(CLIENTS, lost, 60).faults())
        .containsExactly("requests in flight after the traffic must be 0, got 1");
  }

  @Test
  void findsAPlaceThatWasGivenBackTwice() {
    Shield twice = new Shield(60, 35, 9, 0, -1, 20, 0);
    assertThat(new Reckoning(CLIENTS, twice, 60).faults())
        .containsExactly("in flight must never be negative, was -1");
  }

  @Test
  void findsAStreamThatStaysOpen() {
    Shield open = new Shield(60, 35, 9, 0, 0, 20, 2);
    assertThat(new Reckoning(CLIENTS, open, 60).faults())
        .containsExactly("streams open after the traffic must be 0, got 2");
  }

  @Test
  void findsARequestThatWasAdmittedAndDidNotArrive() {
    assertThat(new Reckoning(CLIENTS, SHIELD, 59).faults())
        .containsExactly("requests in the application, of those admitted must be 60, got 59");
  }

  @Test
  void findsCountsThatTheClientsHaveNotSeen() {
    Shield more = new Shield(54, 46, 19, 0, 0, 20, 0);
    assertThat(new Reckoning(CLIENTS, more, 54).faults())
        .containsExactly(
            "requests shed must be 30 to 40, as the clients have seen, got 46",
            "requests failed must be 8 to 18, as the clients have seen, got 19");
  }

  @Test
  void findsRequestsThatWereJudgedByNoShield() {
    Shield fewer = new Shield(54, 35, 9, 0, 0, 20, 0);
    assertThat(new Reckoning(CLIENTS, fewer, 54).faults())
        .containsExactly("requests judged must be 90 to 100, as the clients have seen, got 89");
  }

  @Test
  void tellsWhatClientsShouldNotHaveSeen() {
    Clients without = new Clients(100, 10, 30, 8, List.of("no answer"));
    assertThat(new Reckoning(without, SHIELD, 60).faults()).containsExactly("no answer");
  }
}

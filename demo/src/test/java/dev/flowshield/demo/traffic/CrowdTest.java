package dev.flowshield.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CrowdTest {

  @Test
  void sharesConnectionsAsItSharesRequests() {
    assertThat(new Crowd(5, 40).shares(100)).containsExactly(40, 15, 15, 15, 15);
  }

  @Test
  void givesEverybodyAtLeastOne() {
    assertThat(new Crowd(4, 0).shares(2)).containsExactly(1, 1, 1, 1);
  }

  @Test
  void givesALoneClientEverything() {
    assertThat(new Crowd(1, 40).shares(100)).containsExactly(100);
  }

  @Test
  void rejectsWhatIsNoShare() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Crowd(2, 101))
        .withMessageStartingWith("greedyPercent must be 0 to 100, got 101");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Crowd(0, 50))
        .withMessageStartingWith("clients must be 1 or more, got 0");
  }
}

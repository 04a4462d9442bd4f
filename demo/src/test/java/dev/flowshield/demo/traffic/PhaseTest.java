package dev.flowshield.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PhaseTest {

  @Test
  void holdsItsRateTimesItsLength() {
    assertThat(new Phase("spike", 4000, Duration.ofSeconds(5)).requests()).isEqualTo(20_000);
    assertThat(new Phase("short", 10, Duration.ofMillis(250)).requests()).isEqualTo(3);
  }

  @Test
  void rejectsNoTraffic() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Phase("none", 0, Duration.ofSeconds(1)))
        .withMessageStartingWith("perSecond must be 1 or more, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Phase("none", 1, Duration.ZERO))
        .withMessageStartingWith("length must be above zero, got PT0S");
  }
}

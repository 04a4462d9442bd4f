package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether a plateau is evidence while the processors idle. */
class ShedOnPlateauTest {

  private static final Duration TENTH_OF_MILLI = Duration.ofNanos(100_000);

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Deque<HttpAdmitted> running = new ArrayDeque<>();

  /** So many requests come each millisecond, and one ends; how many are rejected. */
  private int serve(HttpShield shield, int load, int millis) {
    int rejected = 0;
    for (int i = 0; i < 10 * millis; i++) {
      ticker.advance(TENTH_OF_MILLI);
      if (i % 10 < load) {
        if (shield.admit(FakeRequest.from("192.0.2." + i % 200)) instanceof HttpAdmitted admitted) {
          running.add(admitted);
        } else {
          rejected++;
        }
      }
      if (i % 10 == 9 && !running.isEmpty()) {
        running.remove().close();
      }
    }
    return rejected;
  }

  private int rejectedAtTenTimesTheLoad(Map<String, String> settings) {
    return rejectedAtTenTimesTheLoad(HttpShield.builder().settings(settings));
  }

  private int rejectedAtTenTimesTheLoad(HttpShieldBuilder settings) {
    HttpShield shield = settings
        .operations(o -> o.ticker(ticker).engine(it -> it.processors(() -> 0, 2)))
        .build();
    assertThat(serve(shield, 1, 3_000)).isZero();
    return serve(shield, 10, 500);
  }

  @Test
  void isOffUnlessSet() {
    assertThat(rejectedAtTenTimesTheLoad(Map.of("in-flight", "auto"))).isZero();
    assertThat(rejectedAtTenTimesTheLoad(Map.of("in-flight", "auto", "shed-on-plateau", "off")))
        .isZero();
  }

  @Test
  void isOffIfItIsTurnedOffAgain() {
    assertThat(rejectedAtTenTimesTheLoad(HttpShield.builder()
            .inFlight(InFlightLimit.auto())
            .overload(o -> o.shedOnPlateau(true).shedOnPlateau(false))))
        .isZero();
  }

  @Test
  void rejectsWhatBringsNoMoreThroughput() {
    assertThat(rejectedAtTenTimesTheLoad(Map.of("in-flight", "auto", "shed-on-plateau", "on")))
        .isGreaterThan(3_000);
  }

  @Test
  void theSettingIsOnOrOff() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.fromConfiguration(Map.of("shed-on-plateau", "true")))
        .withMessageContaining("shed-on-plateau")
        .withMessageContaining("must be on or off, got 'true': write one of these");
  }
}

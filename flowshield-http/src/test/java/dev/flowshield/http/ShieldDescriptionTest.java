package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a shield says of itself. */
class ShieldDescriptionTest {

  @Test
  void saysInOneLineWhatIsActiveAndWhatThatMeans() {
    HttpShield shield = HttpShield.builder()
        .limit("5000/s")
        .perClient("1000/min burst 50")
        .inFlight(1000)
        .operations(o -> o.healthPaths("/up", "/actuator/health/**"))
        .build();
    assertThat(shield)
        .hasToString("FlowShield: everyone together 5000/s (at most 10,000 in any 1s)"
            + "; each client 1000/min burst 50 (at most 1,050 in any 1min)"
            + ", up to 1,000,000 clients told apart"
            + "; at most 1,000 requests in flight, else 503"
            + "; left alone: /up /actuator/health/**");
  }

  @Test
  void claimsNoWorstCaseForALimiterItDoesNotKnow() {
    assertThat(HttpShield.builder()
            .perClient("100/s")
            .limits(l -> l.limiter("fixed-window"))
            .operations(o -> o.healthPaths())
            .build())
        .hasToString("FlowShield: each client 100/s by fixed-window, up to 1,000,000 clients told"
            + " apart; left alone: none");
  }

  @Test
  void saysWhatEachRateAndEachFurtherLimitMeans() {
    HttpShield shield = HttpShield.builder()
        .perClient("100/s, 5000/h")
        .limits(l -> l.maxClients(5000).penalty(Penalty.after(1000, Duration.ofMinutes(2))))
        .limit(Limit.each("candidate", "50/s").shadow())
        .limit(Limit.together("all", "1/s"))
        .operations(o -> o.healthPaths())
        .build();
    assertThat(shield)
        .hasToString("FlowShield: each client 100/s (at most 200 in any 1s), 5000/h (at most 10,000"
            + " in any 1h), up to 5,000 clients told apart, blocked for 5min after 1,000 rejections"
            + " in 2min; candidate: each client 50/s (at most 100 in any 1s), up to 1,000,000"
            + " clients told apart, only counted; all: everyone together 1/s (at most 2 in any 1s)"
            + "; left alone: none");
  }
}

package dev.flowshield.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.examples.Visit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.testkit.ManualTicker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The promises of docs/guide.md about web applications. */
class WebAppTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private RateLimiter limiter(String limit) {
    return RateLimiter.of(LimiterSpec.of(RateLimit.parse(limit)).withTicker(ticker));
  }

  @Test
  void anUploadWithinTheLimitIsStoredWhole() throws Exception {
    byte[] sent = new byte[50_000];
    sent[49_999] = 1;
    ByteArrayOutputStream file = new ByteArrayOutputStream();

    WebApp.store(new ByteArrayInputStream(sent), file, "alice", limiter("50000/s"));

    assertThat(file.toByteArray()).isEqualTo(sent);
  }

  @Test
  void anUploadFarBeyondTheLimitEndsWithoutWaiting() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();

    assertThatThrownBy(() -> WebApp.store(
            new ByteArrayInputStream(new byte[50_000]), file, "alice", limiter("20000/h")))
        .isInstanceOf(IOException.class);
    assertThat(file.size()).isEqualTo(16_384);
  }

  @Test
  void theMessageBeyondTheLimitClosesTheSocket() {
    RateLimiter messages = limiter("2/min");
    List<String> worked = new ArrayList<>();
    List<Integer> closed = new ArrayList<>();

    for (String text : List.of("a", "b", "c")) {
      WebApp.onMessage(text, "alice", messages, worked::add, closed::add);
    }
    WebApp.onMessage("d", "bob", messages, worked::add, closed::add);

    assertThat(worked).containsExactly("a", "b", "d");
    assertThat(closed).containsExactly(1013);
  }

  @Test
  void aHundredEstimatesOfAQueryAreTheWholeLimit() {
    HttpShield shield = WebApp.graphQl();
    int admitted = 0;
    while (admitted <= 200
        && shield.admit(new Visit("POST", "/graphql")) instanceof HttpAdmitted) { // not ended
      admitted++;
    }

    assertThat(admitted).isBetween(100, 104); // some refill while the test runs
  }
}

package dev.flowshield.examples.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.examples.Visit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContext;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The statements of docs/coming-from-python.md about FlowShield. */
class PythonTest {

  /** The code of the page. */
  static final class Ours {

    // snippet: from-python-protect
    static HttpShield protect(ServletContext app) {
      HttpShield shield = HttpShield.builder().perClient("100/s").build();
      FlowShieldFilter.protect(app, shield);
      return shield;
    }
    // end

    // snippet: from-python-global
    static HttpShield together() {
      return HttpShield.builder().limit("1000/s").build();
    }
    // end

    // snippet: from-python-route
    private final RateLimiter logins = RateLimiter.of("5/s");

    int logIn(String address) {
      return logins.tryAcquire(address) ? 200 : 429;
    }
    // end
  }

  @Test
  void theBodyHasTheSameFiveMembers() {
    assertThat(rejection(HttpShield.builder().perClient("1/h").build()))
        .matches("\\{\"status\":\"busy\",\"message\":\"Rate limit exceeded\",\"retry_after\":3600,"
            + "\"limit\":1,\"mode\":\"per-ip\"}");
    assertThat(rejection(HttpShield.builder().limit("1/h").build()))
        .endsWith("\"limit\":1,\"mode\":\"global\"}");
  }

  @Test
  void oneLimitIsForAllAddresses() {
    assertThat(Ours.together().engine().limits())
        .singleElement()
        .hasToString("everyone: 1000/s together");
  }

  @Test
  void aRouteCountsEachAddress() {
    Ours route = new Ours();
    for (int i = 0; i < 5; i++) {
      assertThat(route.logIn("192.0.2.1")).isEqualTo(200);
    }
    assertThat(route.logIn("192.0.2.2")).isEqualTo(200);
  }

  @Test
  void theWorstCaseOfASecondIsTwiceTheLimit() {
    assertThat(RateLimit.parse("100/s").worstCase()).isEqualTo(200);
  }

  @Test
  void theDefaultsAreForEachClientAndForWorkInFlight() {
    HttpShield shield = HttpShield.fromConfiguration();
    assertThat(shield.engine().limits())
        .extracting(Object::toString)
        .isEqualTo(List.of("client: 100/s burst 500 each"));
    assertThat(shield.engine().isInFlightAuto()).isTrue();
  }

  /** Returns the body of the second response to one address. */
  private static String rejection(HttpShield shield) {
    assertThat(shield.admit(new Visit("GET", "/"))).isInstanceOf(HttpAdmitted.class);
    HttpAdmission second = shield.admit(new Visit("GET", "/"));
    assertThat(second).isInstanceOf(ShieldResponse.class);
    return new String(((ShieldResponse) second).body(), UTF_8);
  }
}

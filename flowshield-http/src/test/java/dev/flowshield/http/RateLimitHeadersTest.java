package dev.flowshield.http;

import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What an admitted client is told of its limits. */
class RateLimitHeadersTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  private HttpShieldBuilder telling() {
    return builder().responses(r -> r.headers(HeaderMode.ALWAYS));
  }

  private String headers(HttpShield shield, FakeRequest request) {
    HttpAdmitted admitted = admitted(shield.admit(request));
    return admitted.headers().stream()
        .map(header -> header.name() + ": " + header.value())
        .collect(Collectors.joining("\n"));
  }

  @Test
  void saysHowTheLimitOfTheClientStands() {
    HttpShield shield = telling().limit("100/s").perClient("3/min").inFlight(10).build();

    assertThat(headers(shield, get("/")))
        .isEqualTo("RateLimit-Policy: \"client\";q=3;w=60\nRateLimit: \"client\";r=2");
    headers(shield, get("/"));
    assertThat(headers(shield, get("/")))
        .isEqualTo("RateLimit-Policy: \"client\";q=3;w=60\nRateLimit: \"client\";r=0;t=20");
  }

  @Test
  void saysTheRateOfWhichTheSmallestPartIsLeft() {
    HttpShield shield = telling().perClient("10/s, 20/day").build();

    assertThat(headers(shield, get("/"))).contains("q=10;w=1", "r=9");
    ticker.advance(Duration.ofSeconds(1));
    assertThat(headers(shield, get("/"))).contains("q=10;w=1", "r=9");
    ticker.advance(Duration.ofSeconds(1));
    assertThat(headers(shield, get("/"))).contains("q=20;w=86400", "r=17");
  }

  @Test
  void saysThoseOfPoliciesThatAreTheClientsOwn() {
    HttpShield shield = telling()
        .perClient("5/s")
        .limits(l -> l.perNetwork("9/s"))
        .policies(p -> p.key("account", request -> "alice"))
        .policies("* /a * 3/s name=search\n* /a * 2/s key=principal name=user\n"
            + "* /b * 1/s key=account\n* /c * 1/s key=everyone\n* /d * off\n* /a * 9/s shadow")
        .build();

    assertThat(headers(shield, get("/a").by("bob")))
        .isEqualTo("RateLimit-Policy: \"search\";q=3;w=1, \"user\";q=2;w=1\n"
            + "RateLimit: \"search\";r=2, \"user\";r=1");
    assertThat(headers(shield, get("/b"))).contains("\"client\";r=4").doesNotContain("\"b\"");
    assertThat(headers(shield, get("/c"))).contains("\"client\";r=3").doesNotContain("\"c\"");
    assertThat(headers(shield, get("/d"))).isEmpty();
    assertThat(headers(shield, new FakeRequest("GET", "/", "2001:db8::1")))
        .contains("\"client\";r=4, \"network\";r=8");
    assertThat(headers(shield, get("/health"))).isEmpty();
  }

  @Test
  void followsALimitThatChanges() {
    HttpShield shield = telling().perClient("3/min").build();
    headers(shield, get("/"));

    shield.engine().change(Map.of("client", "6/min"));

    assertThat(headers(shield, get("/"))).contains("q=6;w=60", "r=3");
  }

  @Test
  void saysNothingOfLimitsThatAreKeptElsewhere() {
    HttpShield shield = telling()
        .limit(Limit.each("foreign", "5/s").withLimiter((key, permits) -> new Decision.Admitted(1)))
        .build();

    assertThat(headers(shield, get("/"))).isEmpty();
  }

  @Test
  void isNotUsual() {
    HttpShield shield = builder().perClient("3/min").build();

    assertThat(headers(shield, get("/"))).isEmpty();
  }
}

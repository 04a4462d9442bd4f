package dev.flowshield.http;

import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.engine.Limit;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What an admitted client is told of its limits. */
class StandingFieldsTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().ticker(ticker);
  }

  private HttpShieldBuilder telling() {
    return builder().fields(FieldsMode.ALWAYS);
  }

  private String fields(HttpShield shield, FakeRequest request) {
    HttpAdmitted admitted = admitted(shield.admit(request));
    return admitted.fields().stream()
        .map(field -> field.name() + ": " + field.value())
        .collect(Collectors.joining("\n"));
  }

  @Test
  void saysHowTheLimitOfTheClientStands() {
    HttpShield shield = telling().limit("100/s").perClient("3/min").inFlight(10).build();

    assertThat(fields(shield, get("/")))
        .isEqualTo("RateLimit-Policy: \"client\";q=3;w=60\nRateLimit: \"client\";r=2");
    fields(shield, get("/"));
    assertThat(fields(shield, get("/")))
        .isEqualTo("RateLimit-Policy: \"client\";q=3;w=60\nRateLimit: \"client\";r=0;t=20");
  }

  @Test
  void saysTheRateOfWhichTheSmallestPartIsLeft() {
    HttpShield shield = telling().perClient("10/s, 20/day").build();

    assertThat(fields(shield, get("/"))).contains("q=10;w=1", "r=9");
    ticker.advance(Duration.ofSeconds(1));
    assertThat(fields(shield, get("/"))).contains("q=10;w=1", "r=9");
    ticker.advance(Duration.ofSeconds(1));
    assertThat(fields(shield, get("/"))).contains("q=20;w=86400", "r=17");
  }

  @Test
  void saysThoseOfPoliciesThatAreTheClientsOwn() {
    HttpShield shield = telling()
        .perClient("5/s")
        .perNetwork("9/s")
        .key("account", request -> "alice")
        .policies("* /a * 3/s name=search\n* /a * 2/s key=principal name=user\n"
            + "* /b * 1/s key=account\n* /c * 1/s key=everyone\n* /d * off\n* /a * 9/s shadow")
        .build();

    assertThat(fields(shield, get("/a").by("bob")))
        .isEqualTo("RateLimit-Policy: \"search\";q=3;w=1, \"user\";q=2;w=1\n"
            + "RateLimit: \"search\";r=2, \"user\";r=1");
    assertThat(fields(shield, get("/b"))).contains("\"client\";r=4").doesNotContain("\"b\"");
    assertThat(fields(shield, get("/c"))).contains("\"client\";r=3").doesNotContain("\"c\"");
    assertThat(fields(shield, get("/d"))).isEmpty();
    assertThat(fields(shield, new FakeRequest("GET", "/", "2001:db8::1")))
        .contains("\"client\";r=4, \"network\";r=8");
    assertThat(fields(shield, get("/health"))).isEmpty();
  }

  @Test
  void followsALimitThatChanges() {
    HttpShield shield = telling().perClient("3/min").build();
    fields(shield, get("/"));

    shield.engine().change(Map.of("client", "6/min"));

    assertThat(fields(shield, get("/"))).contains("q=6;w=60", "r=3");
  }

  @Test
  void saysNothingOfLimitsThatAreKeptElsewhere() {
    HttpShield shield = telling()
        .limit(Limit.each("foreign", "5/s").withLimiter((key, permits) -> new Decision.Admitted(1)))
        .build();

    assertThat(fields(shield, get("/"))).isEmpty();
  }

  @Test
  void isNotUsual() {
    HttpShield shield = builder().perClient("3/min").build();

    assertThat(fields(shield, get("/"))).isEmpty();
  }
}

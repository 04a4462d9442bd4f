package dev.flowshield.http;

import static dev.flowshield.http.Admissions.OTHER;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.get;
import static dev.flowshield.http.Admissions.passes;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.doctor.Doctor;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.testkit.ManualTicker;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which clients and requests are not limited, or are denied. */
class ClientListsTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  @Nested
  class WithoutALimitForTheClient {

    @Test
    void areExemptPathsBeforeAllPolicies() {
      HttpShield shield = builder()
          .limit("5/day")
          .perClient("1/day")
          .policies("* /assets/** * 2/day")
          .policies(p -> p.exemptPaths("*.css", "/assets/fonts/**"))
          .build();

      passes(shield, get("/assets/x.png"), 2);
      admitted(shield.admit(get("/assets/x.css")));
      admitted(shield.admit(get("/assets/fonts/a.woff")));
      admitted(shield.admit(get("/other.css")));
      rejected(shield.admit(get("/another.css")));
    }

    @Test
    void areClientsThatAreAllowed() {
      HttpShield shield = builder()
          .limit("5/day")
          .perClient("1/day")
          .policies("* /a * 1/day")
          .clients(c -> c.allow("192.0.2.1, 2001:db8::/32"))
          .build();

      admitted(shield.admit(new FakeRequest("GET", "/a", "2001:db8::1")));
      passes(shield, get("/a"), 4);
    }
  }

  @Nested
  class Denied {

    private final HttpShield shield = builder()
        .perClient("100/day")
        .clients(c -> c.deny("192.0.2.2, 198.51.100.0/24").allow("192.0.2.0/24"))
        .policies(p -> p.plan(request -> request.header("Plan")))
        .policies("* /old/** * deny\n* /** banned deny")
        .build();

    private static FakeRequest from(String address) {
      return new FakeRequest("GET", "/", address);
    }

    @Test
    void areClientsOfAListAndRoutesAndPlans() {
      assertThat(rejected(shield.admit(from(OTHER))).status()).isEqualTo(403);
      assertThat(rejected(shield.admit(from("198.51.100.7"))).status()).isEqualTo(403);
      FakeRequest stranger = new FakeRequest("GET", "/old/page", "203.0.113.1");
      assertThat(rejected(shield.admit(stranger)).status()).isEqualTo(403);
      FakeRequest banned = from("203.0.113.1").with("Plan", "banned");
      assertThat(rejected(shield.admit(banned)).status()).isEqualTo(403);
      admitted(shield.admit(from("203.0.113.1")));
      assertThat(shield.denied()).isEqualTo(4);
      assertThat(shield.stats().overLimit()).isZero();
      assertThat(shield.toString())
          .contains("allowed: 192.0.2.0/24; denied: 192.0.2.2/32, 198.51.100.0/24")
          .contains("* /old/** * deny");
    }

    @Test
    void areFoundByOneLookAtTheirAddress() {
      int most = 2 * Doctor.FIRST; // the doctor looks at some of them as well

      assertThat(IntStream.range(0, most).map(i -> {
            FakeRequest request = from(OTHER);
            rejected(shield.admit(request));
            return request.addressReads();
          }))
          .contains(1);
    }

    @Test
    void areOnlyCountedInTheLogIfThereAreMany() {
      String networks = IntStream.range(0, 43_000)
          .mapToObj(i -> "10." + (i >> 8) + "." + (i & 255) + ".0/24")
          .collect(Collectors.joining(", "));
      HttpShield many =
          builder().perClient("1/day").clients(c -> c.deny(networks)).build();

      assertThat(rejected(many.admit(from("10.3.255.1"))).status()).isEqualTo(403);
      admitted(many.admit(from("10.255.0.1")));
      assertThat(many.toString()).contains("denied: 43,000 networks").hasSizeLessThan(1_000);
    }

    @Test
    void areToldSoInTheKindThatTheyAccept() {
      ShieldResponse json = rejected(shield.admit(from(OTHER)));
      assertThat(text(json))
          .isEqualTo("{\"status\":\"denied\",\"message\":\"Access denied\",\"retry_after\":null}");
      assertThat(json.headers().toString())
          .contains("application/json", "no-store")
          .doesNotContain("Retry-After", "RateLimit");
      assertThat(
              text(rejected(shield.admit(from(OTHER).with("Accept", "application/problem+json")))))
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}");
      assertThat(text(rejected(shield.admit(from(OTHER).with("Accept", "text/html")))))
          .isEqualTo("Access denied\n");
      assertThat(text(rejected(shield.admit(new FakeRequest("HEAD", "/", OTHER)))))
          .isEmpty();
    }
  }
}

package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may read a rejection. */
class CrossOriginTest {

  private final HttpShield shield = HttpShield.builder()
      .perClient("1/h")
      .responses(r -> r.corsOrigins("https://app.example", "http://localhost:3000"))
      .build();

  CrossOriginTest() {
    spend(shield, CLIENT, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://app.example", "http://localhost:3000"})
  void aListedOriginIsNamed(String origin) {
    assertThat(headers(origin))
        .contains(
            new Header("Access-Control-Allow-Origin", origin),
            new Header("Vary", "Origin"),
            new Header(
                "Access-Control-Expose-Headers", "Retry-After, RateLimit, RateLimit-Policy"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://app.example.evil.test",
        "https://evil.test",
        "http://app.example",
        "https://app.example:8443",
        "https://APP.example",
        "https://app.example/",
        "null",
        "*",
        ""
      })
  void noOtherOriginIs(String origin) {
    assertThat(headers(origin).toString()).doesNotContain("Access-Control", "Vary");
  }

  @Test
  void aRequestWithoutAnOriginGetsTheSharedAnswer() {
    assertThat(shield.admit(FakeRequest.from(CLIENT)))
        .isSameAs(shield.admit(FakeRequest.from(CLIENT)));
  }

  @Test
  void theAnswerOfOneOriginIsNotSharedWithAnother() {
    assertThat(headers("https://app.example").toString()).doesNotContain("localhost");
    assertThat(headers("http://localhost:3000").toString()).doesNotContain("app.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://*.example",
        "null",
        "",
        "app.example",
        "https://app.example/",
        "https://App.example",
        "https://app.example/path",
        "https://a.example https://b.example",
        "https://a.example\r\nX: y",
        "https://[::1",
        "https://app.example:123456"
      })
  void whatIsNoExactOriginIsRefused(String origin) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().responses(r -> r.corsOrigins(origin)))
        .withMessageStartingWith("corsOrigins must be exact origins such as 'https://app.example"
            + ".com', got '" + origin + "': ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://a-b.example", "http://127.0.0.1:8080", "http://[::1]:8080", "app://x"})
  void anyExactOriginMayBeListed(String origin) {
    assertThat(HttpShield.builder().responses(r -> r.corsOrigins(origin))).isNotNull();
  }

  @Test
  void theWayOutFitsWhatWasGiven() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().responses(r -> r.corsOrigins("*")))
        .withMessageContaining("list each origin");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().responses(r -> r.corsOrigins("null")))
        .withMessageContaining("leave it out");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().responses(r -> r.corsOrigins("https://a.example/")))
        .withMessageContaining("not even a slash");
  }

  private List<Header> headers(String origin) {
    return rejected(shield.admit(FakeRequest.from(CLIENT).with("Origin", origin)))
        .headers();
  }
}

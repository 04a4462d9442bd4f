package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static dev.flowshield.http.Admissions.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.flowshield.engine.OverLimit;
import dev.flowshield.http.exchange.RejectionRenderer;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import dev.flowshield.testkit.ManualTicker;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in the words of an application. */
class RejectionRendererTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  @Test
  void theApplicationMayChangeTheBodyAndTheFieldsStay() {
    HttpShield shield = shield((proposed, request, why) -> proposed.withBody(
        "text/css", (((OverLimit) why).name() + " at " + request.path()).getBytes(UTF_8)));
    ShieldResponse rejection =
        rejected(shield.admit(FakeRequest.from(CLIENT).with("Accept", "text/html")));
    assertThat(text(rejection)).isEqualTo("client at /");
    assertThat(rejection.status()).isEqualTo(429);
    assertThat(rejection.headers())
        .containsExactly(
            new Header("Content-Type", "text/css"),
            new Header("Content-Length", "11"),
            new Header("Cache-Control", "no-store"),
            new Header("Retry-After", "3600"),
            new Header("RateLimit-Policy", "\"client\";q=1;w=3600"),
            new Header("RateLimit", "\"client\";r=0;t=3600"),
            new Header("X-Content-Type-Options", "nosniff"));
  }

  @Test
  void headHasNoBodyHereEither() {
    HttpShield shield = shield((proposed, request, why) -> proposed.withBody("a/b", new byte[7]));
    ShieldResponse head = rejected(shield.admit(new FakeRequest("HEAD", "/", CLIENT)));
    assertThat(head.body()).isEmpty();
    assertThat(head.headers()).contains(new Header("Content-Length", "7"));
  }

  @Test
  void theConnectionIsClosedRatherThanALongBodyRead() {
    HttpShield shield = shield((proposed, request, why) -> proposed.withBody("a/b", new byte[7]));
    ShieldResponse rejection =
        rejected(shield.admit(FakeRequest.from(CLIENT).with("Transfer-Encoding", "chunked")));
    assertThat(rejection.closesConnection()).isTrue();
  }

  @Test
  void anAnswerThatWasMadeBeforeIsReadableAcrossOriginsAllTheSame() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/h")
        .responses(r -> r.corsOrigins("https://app.example")
            .renderer((proposed, request, why) -> proposed.withBody("a/b", new byte[0])))
        .build();
    spend(shield, CLIENT, 1);
    FakeRequest request = FakeRequest.from(CLIENT).with("Origin", "https://app.example");
    assertThat(rejected(shield.admit(request)).headers())
        .contains(new Header("Access-Control-Allow-Origin", "https://app.example"));
  }

  @Test
  void theBodyIsACopy() {
    byte[] body = {'a'};
    HttpShield shield = shield((proposed, request, why) -> proposed.withBody("a/b", body));
    ShieldResponse rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
    body[0] = 'b';
    assertThat(text(rejection)).isEqualTo("a");
  }

  @Test
  void ifItFailsTheProposedAnswerIsSentAndTheFirstFailureLogged() {
    AtomicInteger calls = new AtomicInteger();
    HttpShield shield = shield((proposed, request, why) -> {
      throw new AssertionError("failure " + calls.incrementAndGet());
    });
    try (LogOfShields log = new LogOfShields()) {
      for (int i = 0; i < 3; i++) {
        assertThat(text(rejected(shield.admit(FakeRequest.from(CLIENT))))).contains("\"busy\"");
      }
      assertThat(calls).hasValue(3);
      assertThat(log.warnings()).singleElement().asString().contains("renderer of rejections");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // it is the mistake
  void ifItGivesNothingTheProposedAnswerIsSent() {
    HttpShield shield = shield((proposed, request, why) -> null);
    assertThat(text(rejected(shield.admit(FakeRequest.from(CLIENT))))).contains("\"busy\"");
    assertThatNullPointerException()
        .isThrownBy(() -> HttpShield.builder().responses(r -> r.renderer(null)))
        .withMessage("renderer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "text/html\r\nSet-Cookie: a=b", "text/ä"})
  void aContentTypeThatCannotStandInAFieldIsRefused(String contentType) {
    ShieldResponse rejection =
        rejected(shield((proposed, request, why) -> proposed).admit(FakeRequest.from(CLIENT)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rejection.withBody(contentType, new byte[0]))
        .withMessageStartingWith("contentType must be printable ASCII, got '");
  }

  private HttpShield shield(RejectionRenderer renderer) {
    HttpShield shield = HttpShield.builder()
        .perClient("1/h")
        .responses(r -> r.renderer(renderer))
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 1);
    return shield;
  }
}

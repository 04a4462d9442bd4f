package dev.flowshield.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Penalty;
import dev.flowshield.examples.Visit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests that docs/http-responses.md shows the responses on the wire. */
class HttpResponsesTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  @Test
  void aClientOverItsLimitGetsJson() throws IOException {
    assertShown(rejection(perClient("100/s"), 100, Map.of()));
  }

  @Test
  void showsProblemDetailsAndALineOfText() throws IOException {
    assertShown(rejection(perClient("100/s"), 100, Map.of("Accept", "application/problem+json")));
    assertShown(rejection(perClient("100/s"), 100, Map.of("Accept", "text/plain")));
  }

  @Test
  void showsThePageAndItsHeaders() throws IOException {
    ShieldResponse page = rejection(perClient("100/s"), 100, Map.of("Accept", "text/html"));
    String head = wire(page)
        .substring(0, wire(page).indexOf("\n\n"))
        .replaceAll("'sha256-[^']*'", "'sha256-…'")
        .replaceAll("Content-Length: \\d+", "Content-Length: …"); // it changes with the page
    assertThat(document()).contains("```\n" + head + "\n```");
  }

  @Test
  void aFullServerAnswers503() throws IOException {
    assertShown(rejection(builder().inFlight(1), 1, Map.of()));
    assertShown(rejection(builder().inFlight(1), 1, Map.of("Accept", "application/problem+json")));
  }

  @Test
  void aBlockedClientIsToldSo() throws IOException {
    HttpShieldBuilder blocks =
        perClient("100/s").limits(l -> l.penalty(Penalty.after(1, Duration.ofMinutes(1))));
    assertShown(rejection(blocks, 100, Map.of("Accept", "application/problem+json")));
  }

  @Test
  void showsTheLegacyHeaders() throws IOException {
    HttpShieldBuilder epoch = perClient("100/s")
        .responses(r -> r.legacyHeaders(LegacyHeaders.EPOCH))
        .operations(o -> o.instantSource(() -> Instant.ofEpochSecond(1_800_000_000)));
    assertThat(document())
        .contains("```\n" + headers(rejection(epoch, 100, Map.of()), "X-RateLimit") + "```");
  }

  @Test
  void aListedOriginIsShown() throws IOException {
    HttpShieldBuilder listed =
        perClient("100/s").responses(r -> r.corsOrigins("https://app.example.com"));
    ShieldResponse rejection = rejection(listed, 100, Map.of("Origin", "https://app.example.com"));
    assertThat(document())
        .contains("```\n" + headers(rejection, "Access-Control-A") + headers(rejection, "Vary")
            + headers(rejection, "Access-Control-E") + "```");
  }

  @Test
  void theSettingsHaveTheirEffect() {
    ShieldResponse rejection = rejection(
        OwnResponses.settings().operations(o -> o.ticker(ticker)),
        100,
        Map.of("Origin", "https://app.example.com"));
    assertThat(wire(rejection))
        .contains(
            "Content-Type: application/problem+json\n",
            "X-RateLimit-Reset: 1\n",
            "Access-Control-Allow-Origin: https://app.example.com\n");
  }

  @Test
  void theRendererDoesWhatItSays() {
    assertThat(wire(
            rejection(OwnResponses.inOwnWords().operations(o -> o.ticker(ticker)), 100, Map.of())))
        .startsWith("HTTP/1.1 429 Too Many Requests\nContent-Type: application/vnd.api+json\n")
        .contains("Cache-Control: no-store\n", "Retry-After: 1\n")
        .endsWith("\n\n{\"errors\":[{\"status\":\"429\"}]}");
  }

  @Test
  void anAdmittedRequestIsToldOfOneLimit() throws IOException {
    HttpShield shield =
        perClient("100/min").responses(r -> r.headers(HeaderMode.ALWAYS)).build();

    assertThat(document()).contains("```\n" + fieldsOfAdmitted(shield, "/api/orders", 43) + "```");
  }

  @Test
  void showsTheHeadersOfTwoLimits() throws IOException {
    HttpShield shield = perClient("100/min")
        .responses(r -> r.headers(HeaderMode.ALWAYS))
        .policies("GET /search * 20/s name=search\nGET /search * 1000/h burst 200 name=hourly")
        .build();
    for (int requests : List.of(20, 20, 16)) {
      fieldsOfAdmitted(shield, "/search", requests);
      ticker.advance(Duration.ofSeconds(1));
    }

    assertThat(document()).contains("```\n" + fieldsOfAdmitted(shield, "/search", 1) + "```");
  }

  /** Returns the headers of the last of several requests, all of which are admitted. */
  private static String fieldsOfAdmitted(HttpShield shield, String path, int requests) {
    List<ShieldResponse.Header> last = List.of();
    for (int i = 0; i < requests; i++) {
      HttpAdmission admission = shield.admit(new Visit("GET", path));
      assertThat(admission).isInstanceOf(HttpAdmitted.class);
      last = ((HttpAdmitted) admission).headers();
    }
    return last.stream()
        .map(header -> header.name() + ": " + header.value() + "\n")
        .collect(joining());
  }

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  private HttpShieldBuilder perClient(String limit) {
    return builder().perClient(limit);
  }

  private static void assertShown(ShieldResponse rejection) throws IOException {
    assertThat(document()).contains("```\n" + wire(rejection).strip() + "\n```");
  }

  private static String document() throws IOException {
    return Files.readString(
        Path.of(System.getProperty("basedir", "")).resolve("../docs/http-responses.md"));
  }

  /** Returns the response to the request after the admitted ones. */
  private static ShieldResponse rejection(
      HttpShieldBuilder settings, int admitted, Map<String, String> headers) {
    HttpShield shield = settings.build();
    for (int i = 0; i < admitted; i++) {
      assertThat(shield.admit(new Visit("GET", "/api/orders").with(headers)))
          .isInstanceOf(HttpAdmitted.class);
    }
    HttpAdmission last = shield.admit(new Visit("GET", "/api/orders").with(headers));
    assertThat(last).isInstanceOf(ShieldResponse.class);
    return (ShieldResponse) last;
  }

  private static String wire(ShieldResponse rejection) {
    String phrase = rejection.status() == 429 ? "Too Many Requests" : "Service Unavailable";
    return "HTTP/1.1 " + rejection.status() + " " + phrase + "\n" + headers(rejection, "") + "\n"
        + new String(rejection.body(), UTF_8);
  }

  private static String headers(ShieldResponse rejection, String start) {
    StringBuilder lines = new StringBuilder();
    for (ShieldResponse.Header header : rejection.headers()) {
      if (header.name().startsWith(start)) {
        lines.append(header.name()).append(": ").append(header.value()).append('\n');
      }
    }
    return lines.toString();
  }
}

package dev.flowshield.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.ShieldResponse;

/** What rejected requests are answered with, as an application wants it. */
public final class OwnAnswers {

  private OwnAnswers() {}

  // snippet: answers-settings
  static HttpShieldBuilder settings() {
    return HttpShield.builder()
        .perClient("100/s")
        .inFlight(1000)
        .responses(r -> r.legacyHeaders(LegacyHeaders.DELTA)
            .body(BodyFormat.PROBLEM)
            .corsOrigins("https://app.example.com"));
  }
  // end

  // snippet: answers-renderer
  static HttpShieldBuilder inOwnWords() {
    return HttpShield.builder()
        .perClient("100/s")
        .responses(r -> r.renderer((proposed, request, why) ->
            request.path().startsWith("/api/") ? jsonApi(proposed) : proposed));
  }

  static ShieldResponse jsonApi(ShieldResponse proposed) {
    String errors = "{\"errors\":[{\"status\":\"" + proposed.status() + "\"}]}";
    return proposed.withBody("application/vnd.api+json", errors.getBytes(UTF_8));
  }
  // end
}

package dev.flowshield.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.ShieldResponse;

/** Responses to rejected requests in the words of an application. */
public final class OwnResponses {

  private OwnResponses() {}

  // snippet: responses-settings
  static HttpShieldBuilder settings() {
    return HttpShield.builder()
        .perClient("100/s")
        .inFlight(1000)
        .responses(r -> r.legacyHeaders(LegacyHeaders.DELTA)
            .body(BodyFormat.PROBLEM)
            .corsOrigins("https://app.example.com"));
  }
  // end

  // snippet: responses-renderer
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

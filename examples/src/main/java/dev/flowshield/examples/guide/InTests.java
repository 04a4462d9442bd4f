package dev.flowshield.examples.guide;

import dev.flowshield.Ticker;
import dev.flowshield.http.HttpShield;

/** A shield that is off in development, and one whose limits are tested. */
final class InTests {

  private InTests() {}

  // snippet: in-tests
  static HttpShield shield(boolean isDevelopment) {
    return HttpShield.builder()
        .perClient("100/s")
        .operations(o -> o.enabled(!isDevelopment))
        .build();
  }

  static HttpShield underTest(Ticker ticker) { // a ManualTicker, which the test moves
    return HttpShield.builder()
        .perClient("2/s")
        .operations(o -> o.ticker(ticker))
        .build();
  }
  // end
}

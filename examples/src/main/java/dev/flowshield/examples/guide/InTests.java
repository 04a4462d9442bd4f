package dev.flowshield.examples.guide;

import dev.flowshield.Ticker;
import dev.flowshield.http.HttpShield;

/** A shield that is off where one machine sends all requests, and one whose limits are tested. */
final class InTests {

  private InTests() {}

  // snippet: in-tests
  static HttpShield shield(boolean isDevelopment) {
    return HttpShield.builder()
        .perClient("100/s")
        .operations(o -> o.enabled(!isDevelopment))
        .build();
  }

  static HttpShield underTest(Ticker ticker) { // as a ManualTicker, which the test turns
    return HttpShield.builder()
        .perClient("2/s")
        .operations(o -> o.ticker(ticker))
        .build();
  }
  // end
}

package dev.flowshield.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.client.ForwardingHeader;

/** The request header {@code X-Forwarded-For}, with an end of line between several of them. */
class ForwardedForFuzzTest {

  private static final Proxies PROXIES =
      new Proxies(ForwardingHeader.X_FORWARDED_FOR, "203.0.113.7", ", 203.0.113.7, 10.0.0.2");

  @FuzzTest
  void whatAClientWritesDoesNotChangeWhoItIs(byte[] input) {
    PROXIES.assertBelieved(Trial.header(input));
  }
}

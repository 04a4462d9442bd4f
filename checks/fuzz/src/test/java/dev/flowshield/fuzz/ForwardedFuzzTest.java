package dev.flowshield.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.client.ForwardingHeader;

/** The request header {@code Forwarded}, with an end of line between several of them. */
class ForwardedFuzzTest {

  private static final Proxies PROXIES = new Proxies(
      ForwardingHeader.FORWARDED,
      "2001:db8::7",
      ", for=\"[2001:db8::7]:4711\";host=\"a,b\", For=10.0.0.2;proto=https");

  @FuzzTest
  void whatAClientWritesDoesNotChangeWhoItIs(byte[] input) {
    PROXIES.assertBelieved(Trial.header(input));
  }
}

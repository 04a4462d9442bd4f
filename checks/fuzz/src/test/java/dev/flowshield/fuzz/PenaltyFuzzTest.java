package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.policy.PenaltyText;

/** Penalties as text. */
class PenaltyFuzzTest {

  @FuzzTest
  void areReadOrRejected(byte[] input) {
    Trial.inTime(new String(input, UTF_8), Trial.orRejects(PenaltyText::parse));
  }
}

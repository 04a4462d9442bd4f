package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.RateLimit;

/** Limits as text. */
class RateLimitFuzzTest {

  @FuzzTest
  void areReadOrRejected(byte[] input) {
    String text = new String(input, UTF_8);
    Trial.inTime(text, Trial.orRejects(RateLimit::parseAll));
    Trial.orRejects(RateLimitFuzzTest::assertReadsTheSameAgain).accept(text);
  }

  private static void assertReadsTheSameAgain(String text) {
    for (RateLimit limit : RateLimit.parseAll(text)) {
      assertThat(RateLimit.parse(limit.toString())).isEqualTo(limit);
    }
  }
}

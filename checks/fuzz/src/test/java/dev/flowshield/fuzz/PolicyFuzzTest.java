package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.policy.Policy;

/** Rows of policies, with an end of line between several of them. */
class PolicyFuzzTest {

  @FuzzTest
  void areReadOrRejected(byte[] input) {
    String rows = new String(input, UTF_8);
    Trial.atStart(rows, Trial.orRejects(PolicyFuzzTest::start));
    rows.lines().forEach(row -> Trial.inTime(row, Trial.orRejects(Policy::parse)));
    rows.lines().forEach(Trial.orRejects(PolicyFuzzTest::assertReadsTheSameAgain));
  }

  private static void start(String rows) {
    try {
      HttpShield.builder()
          .perClient("1/s")
          .policies(p -> p.plan(request -> null).key("own", request -> null))
          .policies(rows)
          .build();
    } catch (IllegalStateException misfit) {
      assertThat(misfit.getClass()).isEqualTo(IllegalStateException.class);
      assertThat(misfit).hasMessageContaining("must ");
    }
  }

  private static void assertReadsTheSameAgain(String row) {
    String read = Policy.parse(row).toString();
    assertThat(Policy.parse(read)).hasToString(read);
  }
}

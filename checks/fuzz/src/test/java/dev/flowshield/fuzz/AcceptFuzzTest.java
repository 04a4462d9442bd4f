package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.answer.Accept;
import dev.flowshield.http.answer.BodyKind;

/** The request header {@code Accept}. */
class AcceptFuzzTest {

  @FuzzTest
  void choosesAKindWhateverStandsThere(byte[] input) {
    String header = Trial.header(input);
    Trial.inTime(header, text -> Accept.choose(text, BodyKind.JSON));

    BodyKind chosen = Accept.choose(header, BodyKind.JSON);
    assertThat(Accept.choose(header, BodyKind.PROBLEM))
        .as("the default in place of the default, and else the same")
        .isEqualTo(chosen == BodyKind.JSON ? BodyKind.PROBLEM : chosen);
  }
}

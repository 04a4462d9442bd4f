package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.answer.Accept;
import dev.flowshield.http.answer.BodyKind;

/** The request field {@code Accept}. */
class AcceptFuzzTest {

  @FuzzTest
  void choosesAKindWhateverStandsThere(byte[] input) {
    String field = Trial.field(input);
    Trial.inTime(field, text -> Accept.choose(text, BodyKind.JSON));

    BodyKind chosen = Accept.choose(field, BodyKind.JSON);
    assertThat(Accept.choose(field, BodyKind.PROBLEM))
        .as("the default in place of the default, and else the same")
        .isEqualTo(chosen == BodyKind.JSON ? BodyKind.PROBLEM : chosen);
  }
}

package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.answer.AcceptedKind;

/** The request header {@code Accept}. */
class AcceptFuzzTest {

  @FuzzTest
  void choosesAKindWhateverStandsThere(byte[] input) {
    String header = Trial.header(input);
    Trial.inTime(header, text -> AcceptedKind.of(text, "JSON"));

    String chosen = AcceptedKind.of(header, "JSON");
    assertThat(AcceptedKind.of(header, "PROBLEM"))
        .as("the default in place of the default, and else the same")
        .isEqualTo(chosen.equals("JSON") ? "PROBLEM" : chosen);
  }
}

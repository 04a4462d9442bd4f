package dev.flowshield.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which kind of body an Accept header asks for. */
class AcceptTest {

  private static final String CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,"
      + "image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
  private static final String FIREFOX =
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  private static final String OLD_EDGE = "text/html, application/xhtml+xml, image/jxr, */*;q=0.5";

  @ParameterizedTest
  @ValueSource(strings = {CHROME, FIREFOX, OLD_EDGE, "text/html", "TEXT/HTML;q=0.1", " text/html "})
  void browsersGetThePage(String accept) {
    assertThat(chosen(accept)).isEqualTo(BodyKind.HTML);
    assertThat(Accept.choose(accept, BodyKind.PROBLEM)).isEqualTo(BodyKind.HTML);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "absent",
      value = {
        "absent                                         | JSON",
        "''                                             | JSON",
        "*/*                                            | JSON",
        "application/*                                  | JSON",
        "application/json                               | JSON",
        "application/json;charset=utf-8                 | JSON",
        "application/json, text/plain, */*              | JSON", // axios, Angular
        "application/json, text/javascript, */*; q=0.01 | JSON", // jQuery
        "text/html, application/json                    | JSON",
        "text/html, */*                                 | JSON",
        "text/plain, */*                                | JSON",
        "image/png                                      | JSON",
        "text/event-stream                              | JSON",
        "application/xml                                | JSON",
        "*/*;q=0                                        | JSON",
        "application/problem+json                       | PROBLEM",
        "application/problem+json, application/json     | PROBLEM",
        "application/json, application/problem+json     | PROBLEM",
        "Application/Problem+JSON, */*                  | PROBLEM",
        "application/problem+json;q=0.5, */*            | JSON",
        "application/problem+json;q=0.5, */*;q=0.5      | PROBLEM",
        "application/problem+json;q=0, */*              | JSON",
        "application/problem+json;q=0                   | JSON",
        "application/problem+json;q=0.9, text/html      | HTML",
        "application/problem+json, text/html            | PROBLEM",
        "text/plain                                     | TEXT",
        "text/*                                         | TEXT",
        "text/plain, application/json;q=0.9             | TEXT",
        "text/plain, text/html                          | TEXT",
        "text/plain;charset=utf-8;q=0.4, */*;q=0.3      | TEXT",
        "text/plain;q=0.4, text/html;q=0.5              | HTML",
        "text/*;q=0.5, text/html;q=0.6                  | HTML",
        "text/*, text/html;q=0.6                        | TEXT",
        "text/html, application/*;q=0.9                 | HTML",
        "text/html, */*;q=0.999                         | HTML",
        "*/*, application/json;q=0.1, application/problem+json;q=0.1, text/plain;q=0.2 | HTML",
        "text/html;q=0.2, text/html;q=0.9, */*;q=0.5    | HTML"
      })
  void choosesByQualityAndHowCloselyARangeMatches(String accept, BodyKind expected) {
    assertThat(chosen(accept)).isEqualTo(expected);
  }

  /** The example of RFC 9110, 12.5.1: text/html;q=0.3, text/plain;q=0.7 and all else 0.5. */
  @Test
  void aRangeWithAParameterIsNotForABodyWithoutIt() {
    assertThat(chosen("text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed,"
            + " text/plain;format=fixed;q=0.4, */*;q=0.5"))
        .isEqualTo(BodyKind.TEXT);
    assertThat(chosen("text/html;level=1")).isEqualTo(BodyKind.JSON);
    assertThat(chosen("text/html;level=1, */*")).isEqualTo(BodyKind.JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/html;q=",
        "text/html;q",
        "text/html;q=2",
        "text/html;q=1.5",
        "text/html;q=-1",
        "text/html;q=.5",
        "text/html;q=0.1234",
        "text/html;q=high",
        "text/html;q=1x",
        "text/html x",
        "text/ html",
        "text",
        "/html",
        "text/",
        "text/html/x",
        "\"text/html\"",
        "*/html",
        "\"",
        ";;;,,,===",
        "text/plain;a=\"b\\",
        "text/plain;a=\"b, text/html"
      })
  void aRangeThatIsMalformedIsLeftOut(String accept) {
    assertThat(chosen(accept)).isEqualTo(BodyKind.JSON);
    assertThat(chosen("text/plain;q=0.1," + accept)).isEqualTo(BodyKind.TEXT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x/y;a=\"1, text/html;q=0\", text/html",
        "x/y;a=\"\\\", text/plain\", text/html",
        "x/y;a=, text/html",
        "x/y;=, text/html",
        ",, ,text/html,",
        "text/html;",
        "text/html ; q=0.5 ; more=\",\"",
        "text/html;q=1.",
        "text/html;q=1.000"
      })
  void whatIsOddAroundARangeDoesNotSpoilIt(String accept) {
    assertThat(chosen(accept)).isEqualTo(BodyKind.HTML);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/*", "*/*", "application/problem+json"})
  void problemDetailsCanTakeThePlaceOfJson(String accept) {
    assertThat(Accept.choose(accept, BodyKind.PROBLEM)).isEqualTo(BodyKind.PROBLEM);
    assertThat(Accept.choose(null, BodyKind.PROBLEM)).isEqualTo(BodyKind.PROBLEM);
  }

  @Test
  void aFieldThatIsTooLongGetsTheDefault() {
    String longest = "text/html" + " ".repeat(1015);
    assertThat(chosen(longest)).isEqualTo(BodyKind.HTML);
    assertThat(chosen(longest + " ")).isEqualTo(BodyKind.JSON);

    String most = "a/b,".repeat(31) + "text/html";
    assertThat(chosen(most)).isEqualTo(BodyKind.HTML);
    assertThat(chosen(most + ",a/b")).isEqualTo(BodyKind.JSON);
  }

  @Property
  void neverThrows(@ForAll @StringLength(max = 60) String accept) {
    assertThat(chosen(accept)).isNotNull();
  }

  @Property
  void neverThrowsWhereTheCharactersMeanSomething(
      @ForAll
          @StringLength(max = 40)
          @CharRange(from = '0', to = '1')
          @Chars({',', ';', '=', '"', '\\', '/', '*', 'q', '.', ' '})
          String accept) {
    assertThat(chosen(accept)).isEqualTo(BodyKind.JSON);
    assertThat(chosen("text/html," + accept)).isIn(BodyKind.HTML, BodyKind.JSON);
  }

  private static BodyKind chosen(String accept) {
    return Accept.choose(accept, BodyKind.JSON);
  }
}

package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a path is taken for that the container does not decode. */
class AmbiguousPathTest {

  @ParameterizedTest
  @CsvSource({
    "/app/hello, /app, /hello",
    "/app/%2e/hello, /app, /./hello",
    "/a%2Fb, '', /a/b",
    "/x%2f..%2fhello, '', /x/../hello",
    "/caf%C3%A9%2F, '', /café/",
    "/%, '', /%",
    "/%2, '', /%2",
    "/%zz%2f, '', /%zz/",
    "/%2g%2, '', /%2g%2",
    "/other/x, /app, /other/x",
    "/a%252Fb, '', /a%2Fb",
  })
  void isTheDecodedPathBelowTheContext(String uri, String context, String path) {
    assertThat(AmbiguousPath.of(uri, context)).isEqualTo(path);
  }
}

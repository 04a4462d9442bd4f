package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a path is taken for that the container does not decode. */
class AmbiguousPathTest {

  @ParameterizedTest
  @CsvSource({
    "/app/hello, /app, /hello",
    "/app/x%2Fy, /app, /x%2Fy",
    "/%61pp/a%2Fb, /app, /a%2Fb",
    "/./app/a%2Fb, /app, /a%2Fb",
    "/x/%2E./app/a%2Fb, /app, /a%2Fb",
    "//app;x//a%2Fb, /app, /a%2Fb",
    "/caf%c3%a9/a%2Fb, /caf%C3%A9, /a%2Fb",
    "/a+b/a%2Fb, /a+b, /a%2Fb",
    "/a/b/c%2Fd, /a/b, /c%2Fd",
    "/app, /app, /",
    "/a%2Fb, '', /a%2Fb",
    "/x%2f..%2fhello, '', /x%2f..%2fhello",
    "/%zz%2f, '', /%zz%2f",
    "/%zz/%2f, /%zz, /%2f",
    "/other/x, /app, /other/x",
    "/ap, /app/more, /ap",
    "/app%2Fx, /app, /app%2Fx",
  })
  void isThePathBelowTheContextAsItCame(String uri, String context, String path) {
    assertThat(AmbiguousPath.of(uri, context)).isEqualTo(path);
  }
}

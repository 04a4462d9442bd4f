package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of paths that the container does not decode. */
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

  @ParameterizedTest
  @CsvSource({
    "/app/hello, /app, '', /hello",
    "/app/a/../b;c/%2e, /app, '', /a/../b;c/%2e",
    "/app, /app, '', /",
    "//x, '', '', //x",
    "/app/api/a/../b, /app, /api, /api/a/../b",
    "/api;admin, '', /api, /api/admin",
    "/app, /app, /api, /api/",
    "//////admin/../api/z, '', /api, /api//admin/../api/z",
    "/x/../api/admin, '', /api, /api//api/admin",
  })
  void mayBeWhatIsBehindTheLengthOfTheContextAndThePrefix(
      String uri, String context, String prefix, String path) {
    assertThat(AmbiguousPath.cut(uri, context, prefix)).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({
    "/app/x;y, /app, /app, /x;y",
    "/caf%C3%A9/x;y, /caf%C3%A9, /café, /x;y",
    "/1admin/../app/x, /1admin/../app, /app, /x /in/../app/x",
    "/app\\x, /app, /app, /x /5Cx",
  })
  void mayBeCutAtSeveralPlaces(String uri, String context, String canonical, String paths) {
    assertThat(AmbiguousPath.cuts(uri, context, canonical, "")).containsExactly(paths.split(" "));
  }
}

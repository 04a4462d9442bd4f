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
    "/app/x;y, /app, /app, /x;y /x",
    "/app;y/x/../z, /app, /app, /y/x/../z /x/../z",
    "/%61pp/x/../z, /app, /app, /p/x/../z /x/../z /%61pp/x/../z",
    "/1admin/../app/x, /1admin/../app, /app, /x /in/../app/x",
    "/app\\x, /app, /app, /x /5Cx",
    "/admin/../app/x, /app, /app, /n/../app/x /admin/../app/x",
  })
  void mayBeCutAtSeveralPlaces(String uri, String context, String canonical, String paths) {
    assertThat(AmbiguousPath.cuts(uri, context, canonical, "")).containsExactly(paths.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "/app/api/x, /app, /api, /api/x",
    "/app/abc/secret/../../api/x, /app, /api, /api/secret/../../api/x",
    "/secret/../ap%69/x, '', /api, /api/et/../ap%69/x /api/et/../api/x"
        + " /api/secret/../ap%69/x /api/secret/../api/x",
  })
  void mayBeWhatAFilterLeaves(String uri, String context, String prefix, String paths) {
    assertThat(AmbiguousPath.inFilter(uri, context, context, prefix))
        .containsExactly(paths.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "/x, /x, /x",
    "/x;y, /x, /x",
    "/a%20b, /a b, /a b",
    "/login%3bx, /login;x, /login",
    "/x/login;/../../l;, /l, /login",
    "/x/secret/y/../../../s;, /s, /secret/y/../../../s",
    "/app/a;, /a, /app/a",
  })
  void mayBeginWithTheResolvedPathInsideTheAddress(String uri, String resolved, String path) {
    assertThat(AmbiguousPath.ofAction(uri, resolved)).isEqualTo(path);
  }
}

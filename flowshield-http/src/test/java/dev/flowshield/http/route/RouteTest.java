package dev.flowshield.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests a route has, however they are spelled. */
class RouteTest {

  private static boolean matches(String pattern, String path) {
    return Route.of(pattern).matches("GET", Route.path(path));
  }

  @ParameterizedTest
  @CsvSource({
    "/login, /login",
    "/users/*/orders, /users/7/orders",
    "/users/*, /users/7",
    "/users/{id}/orders, /users/7/orders",
    "/users/:user_id/orders, /users/7/orders",
    "/{tenant}/**, /acme/users",
    "/items:batch, /items:batch",
    "/api/**, /api",
    "/api/**, /api/v1/search",
    "*.css, /style.css",
    "*.css, /themes/dark/style.css",
    "/**, /",
    "/**, /any/path",
    "/, /",
  })
  void hasThePathsOfItsPattern(String pattern, String path) {
    assertThat(matches(pattern, path)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/login, /login/again",
    "/login, /logins",
    "/login, /log",
    "/login, /",
    "/users/*/orders, /users/7",
    "/users/*/orders, /users/7/8/orders",
    "/users/*, /users",
    "/users/{id}, /users",
    "/users/{id}, /users/7/8",
    "/users/:id, /users/7/8",
    "/users/*, /users/7/8",
    "/api/**, /apis",
    "*.css, /style.css/data",
    "*.css, /css",
    "*.css, /",
    "/, /index.html",
  })
  void hasNoOthers(String pattern, String path) {
    assertThat(matches(pattern, path)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin/login",
        "/admin/login/",
        "/admin/login//",
        "//admin//login",
        "/Admin/LOGIN",
        "/admin;a=1/login;b",
        "/admin/login;.css",
        "/./admin/./login/.",
        "/x/../admin/login",
        "/admin/x/../login",
        "/admin/login/x/..",
        "/../admin/login",
        "admin/login",
        "/admin/;/login",
        "/;/admin/login",
        "/admin/..;/admin/login",
      })
  void hasAllSpellingsOfAPath(String spelling) {
    assertThat(matches("/admin/login", spelling)).isTrue();
    assertThat(matches("/admin/**", spelling)).isTrue();
    assertThat(matches("/*/login", spelling)).isTrue();
    assertThat(matches("*.css", spelling)).isFalse();
  }

  @Test
  void copiesNoPathThatIsInTheUsualForm() {
    String path = "/api/v1.0/search";
    assertThat(Route.path(path)).isSameAs(path);
    assertThat(Route.otherPaths(path, List.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/, '', ''",
    "/a/b/, /a/b, /a/b/",
    "/a%20b, /a b, ''",
    "/caf%C3%A9, /café, ''",
    "/a/%zz/%2, /a/%zz/%2, ''",
    "/a//b/, /a/b, /a//b/",
    "/a/b//../c, /a/c, /a/b//../c /a/b/../c /a/b/c /a/b//c",
    "/a/./b, /a/b, /a/./b",
    "/a%40b, /a@b, /a%40b",
    "/a/../b, /b, /a/../b /a/b",
    "/a/b/c/../d, /a/b/d, /a/b/c/../d /a/b/c/d",
    "/a/b/../../c, /c, /a/b/../../c /a/b/c /a/c",
    "/a/..;x/b, /b, /a/../b /a/..;x/b /a/b",
    "/a/%2e%2E/b, /b, /a/%2e%2E/b /a/../b /a/b",
    "/a/%2E%2E%3b/b, /b, /a/%2E%2E%3b/b /a/../b /a/..;/b /a/b",
    "/a/b%2Fc, /a/b%2Fc, /a/b/c",
    "/a/..%2fb, /a/..%2fb, /a/../b /a/b /b",
    "/a;x/b, /a/b, /a;x/b",
    "/a;p/b%3bq, /a/b, /a/b%3bq /a/b;q /a;p/b%3bq /a;p/b;q",
    "/a\\b, /a\\b, /a/b",
    "/a/..%5cb, /a/..\\b, /a/../b /a/b /b /a\\b /\\b",
  })
  void looksForAPathInAllItsForms(String requested, String form, String others) {
    assertThat(Route.path(requested)).isEqualTo(form);
    assertThat(new TreeSet<>(Route.otherPaths(requested, List.of())))
        .containsExactlyInAnyOrder(others.isEmpty() ? new String[0] : others.split(" "));
  }

  @Test
  void hasAPathThatEndsWhereItsSegmentOfAnyNameBegins() {
    Route items = Route.of("/items/*");
    assertThat(Route.otherPaths("/items/", List.of())).anyMatch(path -> items.matches("GET", path));
    assertThat(items.matches("GET", Route.path("/items/"))).isFalse();
  }

  @Test
  void looksForTheFormsOfTheSpellingsToo() {
    assertThat(Route.otherPaths("/b", List.of("/a/../b")))
        .containsExactlyInAnyOrder("/a/../b", "/a/b");
    assertThat(Route.otherPaths("/b", List.of("/b/", "/c"))).containsExactly("/b/", "/c");
  }

  @Test // as Vert.x 4.5 does for files below a prefix
  void looksForWhatIsDecodedTwice() {
    assertThat(Route.otherPaths("/files/free/%252e%252e/secret/x", List.of()))
        .contains("/files/secret/x");
    assertThat(Route.otherPaths("/files/a/%252e%252e/../b/%252e%252e/c", List.of()))
        .contains("/files/a/c");
    assertThat(Route.otherPaths("/100%25", List.of())).isEmpty();
  }

  @Test
  void givesUpWhereAPathHasTooManyForms() {
    String path = "/a%2fb;x\\c".repeat(8) + "/..".repeat(40);
    assertThat(Route.otherPaths(path, List.of())).hasSizeGreaterThan(Route.MOST_OTHER_PATHS);
  }

  @Test
  void hasTheMethodsThatItNamesAndHeadWithGet() {
    Route get = Route.parse("GET", "/x");
    assertThat(get.matches("GET", "/x")).isTrue();
    assertThat(get.matches("HEAD", "/x")).isTrue();
    assertThat(get.matches("POST", "/x")).isFalse();
    assertThat(get.matches("get", "/x")).isFalse();

    Route changes = Route.parse("PUT,POST", "/x");
    assertThat(changes.matches("PUT", "/x")).isTrue();
    assertThat(changes.matches("POST", "/x")).isTrue();
    assertThat(changes.matches("HEAD", "/x")).isFalse();

    assertThat(Route.parse("HEAD", "/x").matches("GET", "/x")).isTrue();
    assertThat(Route.of("/x").matches("BREW", "/x")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "login",
        "//login",
        "/a//b",
        "/**/x",
        "/a/**/b",
        "/a*",
        "/a/b*c",
        "/a/..",
        "/a/../b",
        "/./a",
        "/a;b",
        "/a?b",
        "/a#b",
        "/a%20b",
        "*.",
        "*.*",
        "*.a/b",
        "*",
        "/a\\b",
        "/a b",
        "/{}",
        "/{id",
        "/{id}.json",
        "/{a}-{b}",
        "/{id:[0-9]+}",
        "/{*path}",
        "/{path:.*}",
        "/:",
        "/:a-:b",
        "*.{x}"
      })
  void isNotMadeOfAPatternThatIsNone(String pattern) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Route.of(pattern))
        .withMessageStartingWith(
            "path must be as in '/login', '/users/*/orders', '/api/**' or '*.css', got '" + pattern
                + "': ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "get", "GET,", "GET, POST", "GET|POST", ",", "*,GET"})
  void isNotMadeOfMethodsThatAreNone(String methods) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Route.parse(methods, "/x"))
        .withMessageStartingWith(
            "method must be as in 'GET', 'PUT,POST' or '*', got '" + methods + "': ");
  }

  @Test
  void isEqualByWhatItHas() {
    assertThat(Route.parse("PUT,POST", "/x"))
        .isEqualTo(Route.parse("POST,PUT", "/x"))
        .hasSameHashCodeAs(Route.parse("POST,PUT", "/x"))
        .isNotEqualTo(Route.parse("PUT", "/x"))
        .isNotEqualTo(Route.parse("PUT,POST", "/y"))
        .hasToString("PUT,POST /x");
    assertThat(Route.of("/users/{id}"))
        .isEqualTo(Route.of("/users/*"))
        .isEqualTo(Route.of("/users/:name"))
        .hasSameHashCodeAs(Route.of("/users/*"))
        .isNotEqualTo(Route.of("/users/**"))
        .hasToString("* /users/{id}");
  }
}

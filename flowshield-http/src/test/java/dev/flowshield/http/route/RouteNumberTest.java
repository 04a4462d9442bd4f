package dev.flowshield.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are of one route, and how routes are spread over the numbers. */
class RouteNumberTest {

  private static int of(String path) {
    return RouteNumber.of(-1, "GET", path);
  }

  @ParameterizedTest
  @CsvSource({
    "/orders/17, /orders/4711",
    "/orders/17/items/2, /orders/18",
    "/orders/17, /orders/507f1f77bcf86cd799439011",
    "/orders/123e4567-e89b-12d3-a456-426614174000, /orders/1",
    "/17/orders, /18/orders",
    "/api/search, /api/search/all/of/it",
    "/api/search, api/search",
  })
  void isTheSameWhereOnlyTheThingDiffers(String one, String other) {
    assertThat(of(one)).isEqualTo(of(other));
  }

  @ParameterizedTest
  @CsvSource({
    "/orders/17, /orders/search",
    "/orders, /orders/17",
    "/orders, /users",
    "/api/orders, /api/users",
    "/orders/v2, /orders/v3",
    "/, /orders",
  })
  void differsWhereTheKindDiffers(String one, String other) {
    assertThat(of(one)).isNotEqualTo(of(other));
  }

  @Test
  void differsByTheMethodAndByTheRule() {
    assertThat(RouteNumber.of(3, "POST", "/orders"))
        .isNotEqualTo(RouteNumber.of(3, "GET", "/orders"));
    assertThat(RouteNumber.of(3, "GET", "/orders"))
        .isNotEqualTo(RouteNumber.of(4, "GET", "/orders"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "//", "///a", "a", "/a/", "/%", "/\ud800/\u0000"})
  void takesAnyPath(String path) {
    assertThat(of(path)).isBetween(1, RouteNumber.COUNT);
  }

  @Test
  void isSpreadEvenlyOverAllNumbers() {
    Map<Integer, Integer> counts = new HashMap<>();
    int paths = 100 * RouteNumber.COUNT;
    for (int i = 0; i < paths; i++) {
      counts.merge(of("/api/route-" + i), 1, Integer::sum);
    }

    assertThat(counts).hasSize(RouteNumber.COUNT);
    assertThat(counts.keySet()).allMatch(number -> number >= 1 && number <= RouteNumber.COUNT);
    assertThat(counts.values()).allMatch(count -> count > 60 && count < 140);
  }

  @Test
  void isSpreadOverRules() {
    assertThat(
            IntStream.range(0, 20).map(rule -> RouteNumber.of(rule, "GET", "/")).distinct())
        .hasSizeGreaterThan(14);
  }
}

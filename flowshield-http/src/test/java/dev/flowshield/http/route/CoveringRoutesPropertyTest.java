package dev.flowshield.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A route that covers another one has all of its requests, and the other way round. */
class CoveringRoutesPropertyTest {

  private static final List<String> METHODS = List.of("GET", "PUT", "POST", "PURGE");
  private static final List<String> SEGMENTS = List.of("a", "b", "x.css", "x.s", "q");
  private static final List<String> ALL_PATHS = allPaths();

  @Property
  void hasAllRequestsOfTheOther(@ForAll("routes") Route one, @ForAll("routes") Route other) {
    if (one.covers(other)) {
      for (String method : METHODS) {
        assertThat(ALL_PATHS)
            .allMatch(path -> !other.matches(method, path) || one.matches(method, path));
      }
    }
  }

  @Property
  void lacksOneOfThemOtherwise(@ForAll("routes") Route one, @ForAll("routes") Route other) {
    if (!one.covers(other)) {
      assertThat(METHODS)
          .anyMatch(method -> ALL_PATHS.stream()
              .anyMatch(path -> other.matches(method, path) && !one.matches(method, path)));
    }
  }

  /** Of up to four segments, more than a pattern here has, and with words that none has. */
  private static List<String> allPaths() {
    List<String> all = new ArrayList<>(List.of(""));
    List<String> longest = List.of("");
    for (int i = 0; i < 4; i++) {
      List<String> shorter = longest;
      longest = SEGMENTS.stream()
          .flatMap(segment -> shorter.stream().map(path -> path + "/" + segment))
          .toList();
      all.addAll(longest);
    }
    return all;
  }

  @Provide
  Arbitrary<Route> routes() {
    Arbitrary<String> methods = Arbitraries.of("*", "GET", "PUT,POST", "GET,PUT,POST");
    return Combinators.combine(methods, patterns()).as(Route::parse);
  }

  private static Arbitrary<String> patterns() {
    Arbitrary<String> segments = Arbitraries.of("a", "b", "A", "*", "x.css");
    Arbitrary<String> paths =
        segments.list().ofMaxSize(3).map(list -> "/" + String.join("/", list));
    return Arbitraries.oneOf(
        paths,
        paths.map(path -> path.equals("/") ? "/**" : path + "/**"),
        Arbitraries.of("*.css", "*.s"));
  }
}

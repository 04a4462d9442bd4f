package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.route.Route;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Paths of requests, as a server may hand them on. */
class PathFuzzTest {

  private static final Route BELOW = Route.of("/below/**");
  private static final Route TARGET = Route.of("/below/target");

  /** As many rows as there may be, of which a path fits none. */
  private static final HttpShield LARGE_TABLE = HttpShield.builder()
      .perClient("1000000/s")
      .policies(IntStream.range(0, 1_000)
          .mapToObj(i -> "* /" + i + "/*/x * 1/s")
          .collect(Collectors.joining("\n")))
      .build();

  @FuzzTest
  void areChargedForWhatTheyMayBe(byte[] input) {
    String path = Trial.header(input);
    Trial.inTime(path, text -> LARGE_TABLE.admit(new Asked(text, "192.0.2.1", List.of())));

    assertThat(isOf(BELOW, "/below/" + path))
        .as("a server that resolves nothing")
        .isTrue();
    assertThat(isOf(TARGET, "/below/x" + path.replace('/', 'x') + "/../target"))
        .as("a server that resolves all")
        .isTrue();
    if (path.indexOf('%') < 0) {
      String once = Route.path(path);
      assertThat(Route.path(once)).as("the form of a form").isEqualTo(once);
    }
  }

  private static boolean isOf(Route route, String path) {
    return Stream.concat(Stream.of(Route.path(path)), Route.otherPaths(path, List.of()).stream())
        .anyMatch(each -> route.matches("GET", each));
  }
}

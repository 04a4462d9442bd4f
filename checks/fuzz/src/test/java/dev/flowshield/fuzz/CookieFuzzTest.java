package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.HttpAdmitted;
import java.util.List;
import java.util.stream.Stream;

/** The request header {@code Cookie}, with an end of line between several of them. */
class CookieFuzzTest {

  private static final String MINE = "sid=mine";

  @FuzzTest
  void giveOneKeyOrNone(byte[] input) {
    List<String> others = Trial.header(input).lines().toList();
    Trial.inTime(Trial.header(input), text -> isAdmitted(shield(9), text.lines().toList()));

    HttpShield shield = shield(1);
    isAdmitted(shield, List.of(MINE));
    List<String> all = Stream.concat(Stream.of(MINE), others.stream()).toList();
    boolean hasAnother = others.stream().anyMatch(line -> line.contains("sid="));
    boolean isAdmitted = isAdmitted(shield, all);
    assertThat(isAdmitted && !hasAnother)
        .as("a key of its own, by what stands beside the cookie")
        .isFalse();
    assertThat(isAdmitted(shield, all))
        .as("more than one key, that of the address, where there are two cookies")
        .isFalse();
  }

  private static HttpShield shield(int limit) {
    return HttpShield.builder()
        .perClient("1000/s")
        .policies("* /** * " + limit + "/day key=cookie:sid")
        .build();
  }

  private static boolean isAdmitted(HttpShield shield, List<String> cookies) {
    return shield.admit(new Asked("/", "192.0.2.1", cookies)) instanceof HttpAdmitted;
  }
}

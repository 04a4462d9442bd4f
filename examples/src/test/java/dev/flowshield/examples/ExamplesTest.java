package dev.flowshield.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that each example runs, and shows a rejection. */
class ExamplesTest {

  // The wait depends on the duration of the visits.
  private static final String REJECTED =
      "429 \\{\"status\":\"busy\",\"message\":\"Rate limit exceeded\",\"retry_after\":[0-9]+,"
          + "\"limit\":2,\"mode\":\"per-ip\"}";

  @FunctionalInterface
  private interface Program {
    void run(String[] arguments) throws Exception;
  }

  @Test
  void engineRejectsTheThirdCallOfOneClientAlone() throws Exception {
    assertPrints(
        EngineExample::main,
        "hello alice",
        "hello alice",
        "alice, come back in PT[0-9.]+S",
        "hello bob",
        "alice may",
        "alice may not have two more");
  }

  @Test
  void customLimiterLetsOnlyTheImportantPassTheLimit() throws Exception {
    assertPrints(
        CustomLimiterExample::main,
        "vip:ann may",
        "bob may",
        "vip:ann may",
        "bob may",
        "vip:ann may",
        "bob must wait PT[0-9.]+S");
  }

  @Test
  void servletRejectsTheThirdVisit() throws Exception {
    assertPrints(ServletExample::main, "200 hello", "200 hello", REJECTED);
  }

  @Test
  void undertowRejectsTheThirdVisit() throws Exception {
    assertPrints(UndertowExample::main, "200 hello", "200 hello", REJECTED);
  }

  @Test
  void vertxRejectsTheThirdVisit() throws Exception {
    assertPrints(VertxExample::main, "200 hello", "200 hello", REJECTED);
  }

  @Test
  void metricsCountTheVisitsToAServerOfEachKind() throws Exception {
    List<String> printed = printedBy(PrometheusExample::main);

    for (String shield : List.of("jetty", "vertx", "undertow")) {
      assertThat(printed)
          .contains(
              "flowshield_decisions_total{outcome=\"admitted\",shield=\"" + shield + "\"} 2.0",
              "flowshield_decisions_total{outcome=\"over_limit\",shield=\"" + shield + "\"} 1.0");
    }
    assertThat(printed).filteredOn(line -> line.matches(REJECTED)).hasSize(3);
  }

  private static void assertPrints(Program program, String... patterns) throws Exception {
    assertThat(printedBy(program))
        .zipSatisfy(List.of(patterns), (line, pattern) -> assertThat(line).matches(pattern));
  }

  private static List<String> printedBy(Program program) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      program.run(new String[0]);
    } finally {
      System.setOut(before);
    }
    return printed.toString(UTF_8).lines().toList();
  }
}

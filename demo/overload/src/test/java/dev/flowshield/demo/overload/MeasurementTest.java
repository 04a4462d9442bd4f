package dev.flowshield.demo.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.overload.load.ClientChoice;
import dev.flowshield.demo.overload.load.Figure;
import dev.flowshield.demo.overload.load.LoadClient;
import dev.flowshield.demo.overload.load.Span;
import dev.flowshield.demo.overload.server.Processors;
import dev.flowshield.demo.overload.server.Protection;
import dev.flowshield.demo.overload.server.Protection.Kind;
import dev.flowshield.demo.overload.server.ServerKind;
import dev.flowshield.demo.overload.server.Work;
import dev.flowshield.demo.traffic.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MeasurementTest {

  private static final int CONNECTIONS = 200;
  private static final List<Phase> LITTLE = Stream.of(
          "warm-up", "quiet", "cold", "between", "warm", "after")
      .map(name -> new Phase(name, 100, Duration.ofMillis(200)))
      .toList();

  @TempDir
  private static Path target;

  @TempDir
  private Path logs;

  private static LoadClient client;

  @BeforeAll
  static void choose() throws InterruptedException {
    client = ClientChoice.ofThisMachine(target).client();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void seesEachServerAnswerThroughAShield(ServerKind server) throws Exception {
    Score score = run(server, Work.WAITS, Protection.AUTO);

    Span cold = score.report().phases().get(Traffic.COLD);
    assertThat(cold.count(Figure.OFFERED)).isEqualTo(20);
    assertThat(cold.count(Figure.OK) + cold.count(Figure.SHED)).isEqualTo(20);
    assertThat(score.inFlight()).isZero();
    try (Stream<Path> files = Files.list(logs)) {
      assertThat(files)
          .anySatisfy(log -> assertThat(log).content().contains("NORMAL"))
          .anySatisfy(load -> assertThat(load).content().contains("phase number=6 "));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ServerKind.class,
      names = {"UNDERTOW", "VERTX", "TOMCAT"})
  void seesEachServerRejectByAGate(ServerKind server) throws Exception {
    Score score = run(server, Work.WAITS, new Protection(Kind.FULL, 0));

    assertThat(score.report().total().count(Figure.SHED)).isEqualTo(120);
  }

  @ParameterizedTest
  @EnumSource(
      value = ServerKind.class,
      names = {"UNDERTOW", "TOMCAT", "JETTY"})
  void seesServersRejectByTheirOwnLimit(ServerKind server) throws Exception {
    Score score = run(server, Work.WAITS, new Protection(Kind.OWN, 1));

    Span total = score.report().total();
    assertThat(total.count(Figure.OK)).isPositive();
    assertThat(total.count(Figure.SHED)).isPositive();
    assertThat(total.count(Figure.OK) + total.count(Figure.SHED)).isEqualTo(120);
  }

  @Test
  void seesWorkThatBurnsWithoutAShield() throws Exception {
    Score score = run(ServerKind.JETTY, Work.BURNS, Protection.NONE);

    assertThat(score.report().total().count(Figure.SHED)).isZero();
    assertThat(score.report().total().count(Figure.OK)).isPositive();
    assertThat(score.line()).startsWith("Jetty            burns CPU  spike    none ");
  }

  @Test
  void triesAllThatThisMachineCan() {
    assertThat(Trial.all(1).stream().map(Trial::name))
        .contains(
            "Vert.x, waits, spike, auto",
            "Vert.x, waits, spike, auto plateau",
            "Undertow, waits, abuse, none",
            "Tomcat, waits, spike, hand 12",
            "Jetty, burns CPU, spike, own 3",
            "Undertow, burns CPU, spike, vegas windowed")
        .doesNotContain("Vert.x, waits, spike, own 12")
        .doesNotHaveDuplicates();
  }

  private Score run(ServerKind server, Work work, Protection protection) throws Exception {
    return new Measurement(client, Processors.ofThisProcess(), logs)
        .run(
            new Trial(server, work, Traffic.SPIKE, protection),
            Traffic.SPIKE.load(LITTLE, CONNECTIONS));
  }

  private static Stream<ServerKind> servers() {
    return Stream.of(ServerKind.values()).filter(ServerKind::canRun);
  }
}

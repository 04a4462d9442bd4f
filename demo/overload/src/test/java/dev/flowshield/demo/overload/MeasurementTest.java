package dev.flowshield.demo.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.overload.server.Processors;
import dev.flowshield.demo.overload.server.Protection;
import dev.flowshield.demo.overload.server.ServerKind;
import dev.flowshield.demo.overload.server.Work;
import dev.flowshield.demo.result.Outcome;
import dev.flowshield.demo.result.Tally;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MeasurementTest {

  private static final int CONNECTIONS = 200;
  private static final Schedule LITTLE = Schedule.of(
      List.of(phase("warm-up"), phase("quiet"), phase("spike"), phase("after")),
      new Crowd(1, 100),
      1);

  @TempDir
  private Path logs;

  @ParameterizedTest
  @MethodSource("servers")
  void seesEachServerAnswerThroughAShield(ServerKind server) throws Exception {
    Score score = run(new Trial(server, Work.WAITS, Traffic.SPIKE, Protection.AUTO));

    Tally spike = score.spike();
    assertThat(spike.offered()).isEqualTo(20);
    assertThat(spike.of(Outcome.FAILED)).isZero();
    assertThat(spike.of(Outcome.IN_TIME) + spike.of(Outcome.LATE) + spike.of(Outcome.SHED))
        .isEqualTo(20);
    assertThat(score.inFlight()).isZero();
    try (Stream<Path> log = Files.list(logs)) {
      assertThat(log).anySatisfy(it -> assertThat(it).content().contains("NORMAL"));
    }
  }

  @Test
  void seesWorkThatBurnsWithoutAShield() throws Exception {
    Score score = run(new Trial(ServerKind.JETTY, Work.BURNS, Traffic.SPIKE, Protection.NONE));

    assertThat(score.spike().of(Outcome.SHED)).isZero();
    assertThat(score.served().isEmpty()).isFalse();
    assertThat(score.others()).isNegative();
    assertThat(score.line()).startsWith("Jetty            burns CPU  spike    none ");
  }

  @Test
  void triesAllThatThisMachineCan() {
    assertThat(Trial.all(1).stream().map(Trial::name))
        .contains("Vert.x, waits, spike, auto", "Undertow, waits, abuse, none")
        .doesNotHaveDuplicates();
  }

  private Score run(Trial trial) throws Exception {
    return new Measurement(CONNECTIONS, Processors.ofThisProcess(), logs).run(trial, LITTLE);
  }

  private static Stream<ServerKind> servers() {
    return Stream.of(ServerKind.values()).filter(ServerKind::canRun);
  }

  private static Phase phase(String name) {
    return new Phase(name, 100, Duration.ofMillis(200));
  }
}

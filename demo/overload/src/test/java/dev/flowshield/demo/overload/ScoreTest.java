package dev.flowshield.demo.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.overload.load.Figure;
import dev.flowshield.demo.overload.load.LoadReport;
import dev.flowshield.demo.overload.load.Span;
import dev.flowshield.demo.overload.server.Protection;
import dev.flowshield.demo.overload.server.ServerKind;
import dev.flowshield.demo.overload.server.Work;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScoreTest {

  private static final Span QUIET =
      span(Map.of(Figure.OFFERED, 800.0, Figure.SECONDS, 4.0, Figure.P99_MS, 88.0));

  @Test
  void measuresGoodputByTwiceTheQuietLoad() {
    Span cold = spike(Map.of(Figure.GOODPUT_PER_S, 392.0, Figure.P99_MS, 1234.0));
    Span warm =
        spike(Map.of(Figure.GOODPUT_PER_S, 401.0, Figure.P99_MS, 80.0, Figure.BACK_S, -1.0));

    assertThat(score(cold, warm, 0).line().split(" {2,}"))
        .startsWith("Tomcat", "waits", "spike", "auto", "98", "100", "-", "1,234", "80", "88")
        .endsWith("0.3", "-", "100", "100", "0", "0.5");
  }

  @Test
  void discardsARunInWhichTheClientWasLate() {
    Span late = spike(Map.of(Figure.LOOP_P99_MS, 2.1));

    assertThat(score(spike(Map.of()), late, 0).note()).isEqualTo("discard: the client was late");
  }

  @Test
  void discardsARunInWhichProcessorsWereTakenAway() {
    assertThat(score(spike(Map.of()), spike(Map.of()), 2.5).note()).startsWith("discard: the host");
  }

  @Test
  void notesRequestsThatFoundNoConnection() {
    Span queued = spike(Map.of(Figure.QUEUED, 1500.0, Figure.LATE_P99_MS, 900.0));

    assertThat(score(queued, spike(Map.of()), 0).note())
        .isEqualTo("1,500 found no connection free");
  }

  private static Score score(Span cold, Span warm, double steal) {
    LoadReport report = new LoadReport(
        List.of(QUIET, QUIET, cold, QUIET, warm, QUIET),
        List.of(),
        QUIET,
        span(Map.of(Figure.STEAL_PERCENT, steal)));
    return new Score(
        new Trial(ServerKind.TOMCAT, Work.WAITS, Traffic.SPIKE, Protection.AUTO), report, 0);
  }

  private static Span spike(Map<Figure, Double> figures) {
    Map<Figure, Double> all = new EnumMap<>(Map.of(
        Figure.OFFERED, 28_000.0,
        Figure.OTHERS, 0.0,
        Figure.GOODPUT_PER_S, 400.0,
        Figure.P99_MS, 90.0,
        Figure.LOOP_P99_MS, 0.4,
        Figure.LATE_P99_MS, 0.5,
        Figure.QUEUED, 0.0,
        Figure.SERVER_CPU_MS, 2_800.0,
        Figure.BACK_S, 0.3));
    all.putAll(figures);
    return span(all);
  }

  private static Span span(Map<Figure, Double> figures) {
    return new Span(figures);
  }
}

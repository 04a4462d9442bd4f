package dev.flowshield.demo.overload.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadReportTest {

  private static final List<String> LINES = List.of(
      "phase number=1 offered=10 ok=6 p99_ms=20.500",
      "phase number=2 offered=20 ok=12 p99_ms=-1",
      "second number=1 offered=30 ok=18",
      "total number=1 offered=30 ok=18",
      "client steal_percent=0.250");

  @Test
  void readsTheLinesOfAClient() {
    LoadReport report = LoadReport.parse(LINES);

    assertThat(report.phases()).hasSize(2);
    assertThat(report.phases().get(0).of(Figure.P99_MS)).isEqualTo(20.5);
    assertThat(report.phases().get(1).count(Figure.OK)).isEqualTo(12);
    assertThat(report.seconds()).hasSize(1);
    assertThat(report.total().percent(Figure.OK, Figure.OFFERED)).isEqualTo(60);
    assertThat(report.client().of(Figure.STEAL_PERCENT)).isEqualTo(0.25);
  }

  @Test
  void writesTheLinesThatItReads() {
    assertThat(LoadReport.parse(LINES).lines()).isEqualTo(LINES);
  }

  @Test
  void rejectsALineThatIsNoneOfThese() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoadReport.parse(List.of("openload: out of memory")))
        .withMessageContaining("got openload: out of memory");
  }

  @Test
  void rejectsAFigureThatItDoesNotKnow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoadReport.parse(List.of("phase number=1 okay=3")))
        .withMessageContaining("got okay=3");
  }

  @Test
  void rejectsAReportWithoutATotal() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoadReport.parse(LINES.subList(0, 3)))
        .withMessageContaining("one total");
  }

  @Test
  void namesAFigureThatIsMissing() {
    Span total = LoadReport.parse(LINES).total();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> total.of(Figure.IN_TIME))
        .withMessage("a load client must report in_time, got [number, offered, ok]");
  }
}

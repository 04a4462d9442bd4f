package dev.flowshield.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Row FLOOR =
      new Row("SingleLimiter", "floorClockAndExchange", 0, "", 1, 20, 0.5, 0, 1, 1.02, 5, 5);
  private static final Row OURS =
      new Row("SingleLimiter", "flowShieldAdmits", 0, "", 1, 30, 0.5, 0, 1, 1.02, 5, 5);
  private static final Row PEER =
      new Row("SingleLimiter", "guavaAdmits", 0, "", 1, 1234.56, 7, 24, 0.4, 0.6, 3, 3);

  private static final List<Row> ROWS = List.of(FLOOR, OURS, PEER);
  private static final List<Heap> HEAPS = List.of(new Heap("guavaInMap", 1_000, 244_000));

  private final String report = Report.of(
      List.of("2 cores"),
      Verdicts.of(ROWS, HEAPS),
      ROWS,
      HEAPS,
      List.of(HttpVerdictsTest.load("flowShield", 9_800, 0, 0.98)),
      name -> name.startsWith("guava") ? "lends ahead" : "");

  @Test
  void printsAMissAsAMiss() {
    assertThat(report)
        .contains(
            "| admit | at most 1.3 × floorClockAndExchange | 30.0 ns | 20.0 ns |  | 1.50 | **MISS** |");
  }

  @Test
  void saysWhatWasNotMeasuredAndWhatWasDisturbed() {
    assertThat(report)
        .contains("| reject | 0 B |  |  |  |  | not measured |")
        .contains("| 30.0 ns |  | 1,235 ns | 41.15 | pass, disturbed |")
        .contains("! The threads had less than 0.93 of a core each");
  }

  @Test
  void showsEveryRowAndHowItDiffers() {
    assertThat(report)
        .contains("- 2 cores\n")
        .contains(
            "| SingleLimiter | flowShieldAdmits |  |  | 1 | 30.0 | 0.5 | 0.0 | 1.00 | 1.02 | 5 of 5 |  |")
        .contains("| 1234.6 | 7.0 | 24.0 | 0.40 ! | 0.60 | 3 of 3 | lends ahead |")
        .contains("| guavaInMap | 1,000 | 244,000 | 244.0 | lends ahead |");
  }

  @Test
  void showsAServerUnderLoadBesideTheBareOne() {
    assertThat(report)
        .contains(
            "| Tomcat | flowShield | 9,800 | 0.980 | 0.980 to 0.980 | 0 % | 500 | 900 | 20.00 | 1,000 |  |");
  }
}

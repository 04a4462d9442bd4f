package dev.flowshield.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.benchmarks.report.Check.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpVerdictsTest {

  private static final Load BARE = load("bare", 10_000, 0, 1);
  private static final Load BARE_AGAIN = load("bareAgain", 10_100, 0, 1.01);

  static Load load(String name, double perSecond, double rejected, double ratio) {
    return new Load("Tomcat", name, perSecond, rejected, 500, 900, 20, 1000, List.of(ratio), "");
  }

  @Test
  void aServerMayLoseThreeInAHundredRequests() {
    assertThat(verdict("P9", load("flowShieldEverything", 9_700, 0, 0.97))).isEqualTo(Verdict.PASS);
    assertThat(verdict("P9", load("flowShieldEverything", 9_690, 0, 0.969)))
        .isEqualTo(Verdict.MISS);
  }

  @Test
  void inAFloodOnlyRejectionsCount() {
    assertThat(verdict("P10", load("flowShieldEverythingInFlood", 10_500, 0.95, 1.05)))
        .isEqualTo(Verdict.MISS);
    assertThat(verdict("P10", load("flowShieldEverythingInFlood", 10_600, 0.95, 1.06)))
        .isEqualTo(Verdict.PASS);
  }

  @Test
  void isDisturbedWhereTheBareServerDiffersFromItself() {
    Load own = load("flowShieldEverything", 9_800, 0, 0.98);
    Load noisy = load("bareAgain", 10_400, 0, 1.04);
    assertThat(HttpVerdicts.of(List.of(), List.of(BARE, noisy, own)))
        .filteredOn(check -> check.target().equals("P9"))
        .allMatch(Check::disturbed);
  }

  @Test
  void thePathIsWhatTheFilterAddsToTheFloor() {
    List<Row> rows = List.of(
        row("floorWithoutFilter", 100, 16),
        row("flowShieldPlain", 600, 316),
        row("bucket4jInCaffeineFilter", 2_600, 900));
    assertThat(HttpVerdicts.of(rows, List.of()).subList(0, 3))
        .extracting(Check::verdict)
        .containsExactly(Verdict.PASS, Verdict.PASS, Verdict.PASS);
  }

  private static Row row(String name, double nanos, double bytes) {
    return new Row("HttpPath", name, 0, "", 1, nanos, 0, bytes, 1, 1, 4, 4);
  }

  private static Verdict verdict(String target, Load own) {
    return HttpVerdicts.of(List.of(), List.of(BARE, BARE_AGAIN, own)).stream()
        .filter(check -> check.target().equals(target))
        .findFirst()
        .orElseThrow()
        .verdict();
  }
}

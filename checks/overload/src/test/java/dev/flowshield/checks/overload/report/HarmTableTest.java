package dev.flowshield.checks.overload.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.overload.measure.Harm;
import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.measure.Totals;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests with trials in which every rejection is wrong. */
class HarmTableTest {

  private final Trial none = trial("N01", "good", Harm.NONE);
  private final Trial few = trial("N02", "good", new Harm(.0005, .25, 1));
  private final Trial much = trial("N01", "bad", new Harm(.5, 1, 300));

  private final HarmTable table = new HarmTable();

  private static Trial trial(String scenario, String protection, Harm harm) {
    double nothing = Double.NaN;
    return new Trial(
        scenario,
        protection,
        List.of(new Result(
            1,
            10,
            100,
            50,
            nothing,
            nothing,
            0,
            1,
            nothing,
            nothing,
            nothing,
            200,
            nothing,
            new Totals(1000, 1000, 7, 0, 0, 0, 0),
            harm,
            List.of())));
  }

  @Test
  void hasARowForEachTrial() {
    assertThat(table.head()).hasSameSizeAs(table.row(few));
    assertThat(table.row(few))
        .startsWith("N02 ")
        .contains(" good ", " 7 ", " 0.050 % ", " 25.0 % ", " 1.0 s ")
        .endsWith(" 200");
  }

  @Test
  void hasARowForEachProtection() {
    List<String> rows = table.summary(List.of(none, few, much));

    assertThat(rows).hasSize(3);
    assertThat(rows.get(0)).hasSameSizeAs(rows.get(1)).contains("over 0", "over .1 %", "stuck>2s");
    assertThat(rows.get(1)).matches("good +2 +1 +0 +0.05 % +0 +1.0 s");
    assertThat(rows.get(2)).matches("bad +1 +1 +1 +50.00 % +1 +300.0 s");
  }
}

package dev.flowshield.checks.overload.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.overload.measure.Harm;
import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.measure.Totals;
import dev.flowshield.checks.overload.report.Trial;
import dev.flowshield.checks.overload.scenario.Scenarios;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** Tests of the plots. */
class PlotsTest {

  private static final String NIGHT = "rgb(13,17,23)"; // the paper of the dark palette

  @TempDir
  private Path directory;

  private static Trial trial(String scenario, String protection, double goodput) {
    double nothing = Double.NaN;
    return new Trial(
        scenario,
        protection,
        List.of(new Result(
            goodput,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
            new Totals(0, 0, 0, 0, 0, 0, 0),
            Harm.NONE,
            List.of())));
  }

  private String text(String file) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Document document =
        factory.newDocumentBuilder().parse(directory.resolve(file).toFile());
    return document.getDocumentElement().getTextContent();
  }

  @Test
  void drawsAnOverloadSecondBySecondInLightAndDark() throws Exception {
    new Plots(directory).overTime(Scenarios.named("S2"), 1);

    assertThat(text("overload-over-time-light.svg"))
        .contains("FlowShield", "no protection", "bulkhead of 25", "what the server can do: 800")
        .doesNotContain("oracle");
    assertThat(text("overload-over-time-dark.svg")).contains("FlowShield");
    assertThat(directory.resolve("overload-over-time-light.svg")).content().doesNotContain(NIGHT);
    assertThat(directory.resolve("overload-over-time-dark.svg")).content().contains(NIGHT);
  }

  @Test
  void drawsEachProtectionOfWhichThereAreTrials() throws Exception {
    new Plots(directory)
        .atRandom(List.of(
            trial("R1-0", "flowshield", .9),
            trial("R1-0", "none", .1),
            trial("R1-1", "flowshield", .8),
            trial("R1-1", "none", .2)));

    assertThat(text("overload-at-random-light.svg"))
        .contains("2 scenarios drawn at random", "FlowShield", "no protection")
        .doesNotContain("bulkhead");
  }
}

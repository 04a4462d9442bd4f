package dev.flowshield.demo.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryTest {

  private final Observed all = Samples.observed(i -> 200);
  private final Observed one = Samples.observed(i -> i % 10 == 0 ? 200 : 429);

  @Test
  void countsWhatIsAbovePromised() {
    Span span = Samples.TIMELINE.spans(Samples.LITTLE).get(0);
    int sent = all.of(span.fromNanos(), span.toNanos()).sent();

    assertThat(Summary.above(all, span)).isEqualTo(sent - 50);
    assertThat(Summary.above(one, span)).isZero();
  }

  @Test
  void saysWhatBecameOfEachPartAndWhenTheInstancesNoticed() {
    assertThat(new Summary(Samples.LITTLE, all, one).text().lines())
        .anyMatch(it -> it.startsWith("without a store") && it.contains(" 800 "))
        .anyMatch(it -> it.startsWith("with the store"))
        .anyMatch(it -> it.startsWith("store killed"))
        .anyMatch(it -> it.startsWith("up, empty"))
        .anyMatch(it -> it.startsWith("all ask it again"))
        .anyMatch(it -> it.startsWith("The store was killed at 1.0 s.")
            && it.contains("ceased to ask it 250, 0 ms later")
            && it.contains("took 2.0 ms, and 0 requests had none"))
        .anyMatch(it -> it.contains("They asked it again 0.5, 1.5 s later."))
        .noneMatch(it -> it.startsWith("Disturbed"));
  }

  @Test
  void namesOtherAnswers() {
    Observed some = Samples.observed(i -> i < 2 ? 500 : i == 2 ? 503 : 200);

    assertThat(some.others()).containsOnly(Map.entry(500, 2), Map.entry(503, 1));
    assertThat(new Summary(Samples.LITTLE, one, some).text()).contains("silent: {500=2, 503=1}");
    assertThat(new Summary(Samples.LITTLE, one, one).text()).doesNotContain("silent");
  }

  @Test
  void drawsAPlot(@TempDir Path directory) throws Exception {
    assertThat(new Plot(Samples.LITTLE, all, one).write(directory)).startsWith("Plot: ");

    assertThat(Files.size(directory.resolve("flowshield-cluster.png"))).isPositive();
  }
}

package dev.flowshield.demo.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.result.Comparison;
import dev.flowshield.demo.result.Results;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  private static final Phase SPIKE = new Phase("the spike", 100, Duration.ofSeconds(2));

  @Test
  void writesAPageThatNeedsNothingButItself(@TempDir Path directory) throws Exception {
    Comparison comparison =
        new Comparison(List.of(run("bare", 200), run("shielded", 503)), 50, SPIKE);
    Path below = directory.resolve("made");

    String said =
        new Report(comparison, Duration.ofMillis(500), "a < b & c", "1,000 > 999").write(below);

    Path page = below.resolve("flowshield-demo.html");
    assertThat(said).contains(page.toAbsolutePath().toString());
    assertThat(Files.readString(page))
        .contains("<b>Disturbed: bare.</b> 0.0 % of the requests left within 10 ms") // none left
        .contains("the spike", "bare", "shielded", "a &lt; b &amp; c", "1,000 &gt; 999")
        .doesNotContain("{{", "://", "<link", "<script");
  }

  private static Results run(String name, int status) {
    Schedule schedule = Schedule.of(List.of(SPIKE), new Crowd(1, 100), 1);
    Answers answers = new Answers(schedule.size());
    for (int i = 0; i < schedule.size(); i++) {
      answers.ended(i, status, schedule.dueNanos(i) + 1);
    }
    return new Results(name, schedule, answers, Duration.ofMillis(500), new int[2]);
  }
}

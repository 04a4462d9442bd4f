package dev.flowshield.demo.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TablesTest {

  private static final Phase SPIKE = new Phase("spike", 1000, Duration.ofSeconds(2));
  private static final Phase AFTER = new Phase("after", 100, Duration.ofSeconds(1));
  private static final Schedule SCHEDULE = Schedule.of(List.of(SPIKE, AFTER), new Crowd(1, 100), 7);

  @Test
  void standsTheRunsOfAPhaseTogether() {
    Comparison comparison =
        new Comparison(List.of(run("bare", 200, 3000), run("shielded", 503, 1)), 500, SPIKE);

    assertThat(comparison.text()).isEqualToNormalizingNewlines("""
            phase               server              offered  in time  % of capacity   late  over limit    shed  failed  p99 ms
            ------------------  ------------------  -------  -------  -------------  -----  ----------  ------  ------  ------
            spike               bare                  2,000        0              0  2,000           0       0       0   3,001
                                shielded              2,000        0              0      0           0   2,000       0       -
            ------------------  ------------------  -------  -------  -------------  -----  ----------  ------  ------  ------
            after               bare                    100      100             20      0           0       0       0      10
                                shielded                100      100             20      0           0       0       0      10
            ------------------  ------------------  -------  -------  -------------  -----  ----------  ------  ------  ------
            all                 bare                  2,100      100              7  2,000           0       0       0   3,001
                                shielded              2,100      100              7      0           0   2,000       0      10
            ------------------  ------------------  -------  -------  -------------  -----  ----------  ------  ------  ------
            recovery            bare                0.0 s
            recovery            shielded            0.0 s
            """);
  }

  @Test
  void marksARunThatWasDisturbed() {
    Results punctual = run("punctual", 503, 1, SCHEDULE.size() / 50);
    Results late = run("late", 503, 1, SCHEDULE.size() / 20);

    assertThat(new Comparison(List.of(punctual, late), 500, SPIKE).text())
        .endsWith(System.lineSeparator()
            + "disturbed           late                95.0 % of the requests left within 10 ms of"
            + " their instant, 98 % should: run the demo again when the machine is not busy"
            + System.lineSeparator())
        .doesNotContain("disturbed           punctual");
  }

  @Test
  void showsASecondOnALine() {
    LiveTable table = new LiveTable(run("shielded", 503, 1));

    assertThat(table.heading() + "\n" + table.line(3))
        .isEqualToNormalizingNewlines("""
            s   phase               offered  in time   late  over limit   shed  failed  p50 ms  p99 ms  in flight
            --  ------------------  -------  -------  -----  ----------  -----  ------  ------  ------  ---------
            3   after                   100      100      0           0      0       0      10      10          1""".indent(0).stripTrailing());
  }

  /** A run that answers the spike in one way, and 200 after 10 milliseconds thereafter. */
  private static Results run(String name, int spikeStatus, int spikeMillis) {
    return run(name, spikeStatus, spikeMillis, 0);
  }

  /** As the other, with some requests that leave too late. */
  private static Results run(String name, int spikeStatus, int spikeMillis, int late) {
    Answers answers = new Answers(SCHEDULE.size());
    for (int i = 0; i < SCHEDULE.size(); i++) {
      answers.left(
          i, SCHEDULE.dueNanos(i) + Duration.ofMillis(i < late ? 11 : 10).toNanos());
      boolean inSpike = SCHEDULE.phaseAt(SCHEDULE.dueNanos(i)).equals(SPIKE);
      long latency = Duration.ofMillis(inSpike ? spikeMillis : 10).toNanos();
      answers.ended(i, inSpike ? spikeStatus : 200, SCHEDULE.dueNanos(i) + latency);
    }
    return new Results(name, SCHEDULE, answers, Duration.ofMillis(500), new int[] {9, 8, 1});
  }
}

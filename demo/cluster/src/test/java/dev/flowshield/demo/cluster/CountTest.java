package dev.flowshield.demo.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import org.junit.jupiter.api.Test;

class CountTest {

  @Test
  void countsEachRequestOnceInTheSecondInWhichItWasDue() {
    Schedule schedule = Samples.LITTLE.traffic();
    Answers answers = Samples.answers(
        schedule, i -> i == 0 ? Answers.BROKEN : i == 1 ? 503 : i % 2 == 0 ? 200 : 429);

    Count first = Count.ofSecond(schedule, answers, 1);
    int due = schedule.firstFrom(1_000_000_000L);
    assertThat(first.sent()).isEqualTo(due);
    assertThat(first.other()).isEqualTo(2);
    assertThat(first.admittedByAll()).isEqualTo((due + 1) / 2 - 1);
    assertThat(first.latency(100)).isEqualTo("2.0");
    int sum = 0;
    for (int second = 1; second <= 4; second++) {
      sum += Count.ofSecond(schedule, answers, second).sent();
    }
    assertThat(sum).isEqualTo(schedule.size());
  }

  @Test
  void tellsTheInstancesApart() {
    Schedule schedule = Samples.LITTLE.traffic();
    Answers answers = Samples.answers(schedule, i -> schedule.client(i) == 0 ? 200 : 429);

    Count all = Count.of(schedule, answers, 0, schedule.lengthNanos());
    assertThat(all.admitted()).hasSize(2);
    assertThat(all.admitted().get(0)).isPositive();
    assertThat(all.admitted().get(1)).isZero();
    assertThat(all.rejected()).isEqualTo(schedule.size() - all.admitted().get(0));
  }

  @Test
  void countsWhatHasNoAnswerAsOther() {
    Schedule schedule = Samples.LITTLE.traffic();

    Count all = Count.of(schedule, new Answers(schedule.size()), 0, schedule.lengthNanos());
    assertThat(all.other()).isEqualTo(schedule.size());
    assertThat(all.latency(99)).isEqualTo("-");
  }
}

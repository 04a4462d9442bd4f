package dev.flowshield.demo.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.traffic.Answers;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final long DEADLINE = 500;

  @Test
  void isInTimeUpToTheDeadlineAndLateAfterIt() {
    assertThat(Outcome.of(200, 499, DEADLINE)).isEqualTo(Outcome.IN_TIME);
    assertThat(Outcome.of(200, 500, DEADLINE)).isEqualTo(Outcome.IN_TIME);
    assertThat(Outcome.of(200, 501, DEADLINE)).isEqualTo(Outcome.LATE);
  }

  @Test
  void isLateWhileItWaitsPastTheDeadline() {
    assertThat(Outcome.of(Answers.WAITING, 0, DEADLINE)).isEqualTo(Outcome.LATE);
  }

  @Test
  void tellsTheTwoRejectionsApart() {
    assertThat(Outcome.of(429, 1, DEADLINE)).isEqualTo(Outcome.OVER_LIMIT);
    assertThat(Outcome.of(503, 1, DEADLINE)).isEqualTo(Outcome.SHED);
  }

  @Test
  void isFailedByAnythingElse() {
    assertThat(Outcome.of(500, 1, DEADLINE)).isEqualTo(Outcome.FAILED);
    assertThat(Outcome.of(Answers.NO_CONNECTION, 1, DEADLINE)).isEqualTo(Outcome.FAILED);
    assertThat(Outcome.of(Answers.BROKEN, 1, DEADLINE)).isEqualTo(Outcome.FAILED);
    assertThat(Outcome.of(Answers.NO_ANSWER, 1, DEADLINE)).isEqualTo(Outcome.FAILED);
  }
}

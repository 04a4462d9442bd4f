package dev.flowshield.demo.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {

  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;
  private static final Phase SPIKE = new Phase("spike", 1000, Duration.ofSeconds(2));
  private static final Phase AFTER = new Phase("after", 100, Duration.ofSeconds(3));

  private final Schedule schedule = Schedule.of(List.of(SPIKE, AFTER), new Crowd(1, 100), 7);
  private final Answers answers = new Answers(schedule.size());
  private final Results results =
      new Results("run", schedule, answers, Duration.ofMillis(500), new int[] {16, 15, 3, 2, 1});

  @Test
  void countsARequestWhereItWasDueWheneverItsAnswerCame() {
    answerAll(2 * SECOND);

    assertThat(results.tally(SPIKE).of(Outcome.LATE)).isEqualTo(2000);
    assertThat(results.tally(AFTER).of(Outcome.LATE)).isEqualTo(300);
    assertThat(results.second(1).tally().offered())
        .isEqualTo(schedule.firstFrom(SECOND))
        .isEqualTo(results.second(1).tally().of(Outcome.LATE));
  }

  @Test
  void countsEachRequestOnce() {
    answerAll(20 * MILLI);
    for (int i = 0; i < 400; i++) {
      answers.ended(i, i < 100 ? 429 : 503, schedule.dueNanos(i) + MILLI);
    }

    Tally tally = results.tally();
    assertThat(tally.offered()).isEqualTo(2300);
    assertThat(tally.of(Outcome.OVER_LIMIT)).isEqualTo(100);
    assertThat(tally.of(Outcome.SHED)).isEqualTo(300);
    assertThat(tally.of(Outcome.IN_TIME)).isEqualTo(1900);
    assertThat(results.ended(503)).isEqualTo(300);
  }

  @Test
  void knowsLatenciesOfServedRequestsOnly() {
    answerAll(20 * MILLI);
    for (int i = 0; i < 1900; i++) {
      answers.ended(i, 503, schedule.dueNanos(i) + 9 * SECOND);
    }

    assertThat(results.served(SPIKE).millis(99)).isBetween(19.9, 20.1);
    assertThat(results.served(SPIKE).text(99)).isEqualTo("20");
  }

  @Test
  void hasNoPercentileOfNothing() {
    assertThat(results.served().isEmpty()).isTrue();
    assertThat(results.served().text(99)).isEqualTo("-");
  }

  @Test
  void showsInASecondWhatEndedInIt() {
    answers.ended(0, 200, 3 * SECOND + MILLI);

    assertThat(results.endedIn(4).isEmpty()).isFalse();
    assertThat(results.endedIn(3).isEmpty()).isTrue();
    assertThat(results.endedIn(5).isEmpty()).isTrue();
  }

  @Test
  void seesARecoveryAtOnceWhereNothingIsLost() {
    answerAll(20 * MILLI);

    assertThat(results.recoveryAfter(SPIKE)).isEqualTo(new Recovery.After(Duration.ZERO));
  }

  @Test
  void seesARecoveryWhenAWholeSecondIsGood() {
    answerAll(20 * MILLI);
    for (int i = schedule.firstFrom(0); i < schedule.firstFrom(3_250 * MILLI); i++) {
      answers.ended(i, 200, schedule.dueNanos(i) + SECOND);
    }

    assertThat(results.recoveryAfter(SPIKE))
        .isEqualTo(new Recovery.After(Duration.ofMillis(1300)))
        .hasToString("1.3 s");
  }

  @Test
  void seesNoRecoveryWhereTheLastSecondIsBad() {
    answerAll(SECOND);

    assertThat(results.recoveryAfter(SPIKE))
        .isEqualTo(new Recovery.NotWithin(Duration.ofSeconds(3)))
        .hasToString("not within 3 s");
  }

  @Test
  void knowsWhetherTheClientsWereOnTime() {
    for (int i = 0; i < schedule.size(); i++) {
      answers.left(i, schedule.dueNanos(i) + (i < 23 ? 11 : 10) * MILLI);
    }

    assertThat(results.leftWithin(Duration.ofMillis(10))).isEqualTo(0.99);
  }

  @Test
  void holdsWhatNeverLeftToBeLate() {
    assertThat(results.leftWithin(Duration.ofMillis(10))).isZero();
  }

  @Test
  void holdsWhatIsGivenUpToHaveFailed() {
    answers.ended(0, 200, schedule.dueNanos(0));
    answers.giveUp(9 * SECOND);

    assertThat(results.tally().of(Outcome.FAILED)).isEqualTo(2299);
    assertThat(results.tally().of(Outcome.IN_TIME)).isEqualTo(1);
  }

  private void answerAll(long latency) {
    for (int i = 0; i < schedule.size(); i++) {
      answers.ended(i, 200, schedule.dueNanos(i) + latency);
    }
  }
}

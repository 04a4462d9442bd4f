package dev.flowshield.demo.cluster;

import dev.flowshield.RateLimit;
import dev.flowshield.demo.cluster.Timeline.Away;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/** A small scenario, and its outcomes. */
final class Samples {

  static final Scenario LITTLE = new Scenario(
      RateLimit.parse("40/s burst 10"),
      2,
      200,
      50,
      Duration.ofMillis(500),
      1,
      Duration.ofSeconds(1),
      Duration.ofSeconds(1),
      Duration.ofSeconds(2));

  /**
   * The timeline of that scenario: the first instance is back after half a second, the second after
   * one and a half.
   */
  static final Timeline TIMELINE = new Timeline(
      nanos(1),
      nanos(2),
      List.of(List.of(new Away(nanos(1.25), nanos(2.5))), List.of(new Away(nanos(1), nanos(3.5)))),
      nanos(4));

  private static final long ANSWERED_WITHIN = TimeUnit.MILLISECONDS.toNanos(2);

  private Samples() {}

  /**
   * Creates outcomes in which each request leaves on time and is answered two milliseconds later.
   */
  static Answers answers(Schedule schedule, IntUnaryOperator status) {
    Answers answers = new Answers(schedule.size());
    for (int i = 0; i < schedule.size(); i++) {
      answers.left(i, schedule.dueNanos(i));
      answers.ended(i, status.applyAsInt(i), schedule.dueNanos(i) + ANSWERED_WITHIN);
    }
    return answers;
  }

  static Observed observed(IntUnaryOperator status) {
    Schedule schedule = LITTLE.traffic();
    return new Observed(schedule, answers(schedule, status), TIMELINE, 7);
  }

  static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }
}

package dev.flowshield.demo.cluster;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;

/**
 * What was seen of a run.
 *
 * @param timeline of the store; of a run without one it says nothing
 * @param withoutStore requests that were decided by the shares of the instances
 */
record Observed(Schedule schedule, Answers answers, Timeline timeline, long withoutStore) {

  int seconds() {
    return (int) (schedule.lengthNanos() / 1_000_000_000L);
  }

  Count second(int number) {
    return Count.ofSecond(schedule, answers, number);
  }

  Count of(long fromNanos, long toNanos) {
    return Count.of(schedule, answers, fromNanos, toNanos);
  }
}

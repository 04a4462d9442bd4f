package dev.flowshield.demo.cluster;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import java.util.Map;
import java.util.TreeMap;

/**
 * The observations of a run.
 *
 * @param timeline the timeline of the store; meaningless in a run without a store
 * @param withoutStore the requests that were decided by the shares of the instances
 */
record Observed(Schedule schedule, Answers answers, Timeline timeline, long withoutStore) {

  /** Returns the number of requests for each status other than 200 and 429. */
  Map<Integer, Integer> others() {
    Map<Integer, Integer> others = new TreeMap<>();
    for (int i = 0; i < schedule.size(); i++) {
      int status = answers.status(i);
      if (status != 200 && status != 429) {
        others.merge(status, 1, Integer::sum);
      }
    }
    return others;
  }

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

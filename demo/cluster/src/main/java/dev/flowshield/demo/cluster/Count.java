package dev.flowshield.demo.cluster;

import dev.flowshield.demo.result.Latencies;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The outcomes of the requests that were due in a span of time.
 *
 * @param admitted the responses with status 200, by instance
 * @param rejected the responses with status 429
 * @param other all others, of which there should be zero
 * @param latencies the latencies of all responses, from the instant each request was due
 */
record Count(List<Integer> admitted, int rejected, int other, Latencies latencies) {

  static Count of(Schedule schedule, Answers answers, long from, long to) {
    int[] admitted = new int[schedule.crowd().clients()];
    int rejected = 0;
    int other = 0;
    Latencies latencies = new Latencies();
    for (int i = schedule.firstFrom(from); i < schedule.firstFrom(to); i++) {
      switch (answers.status(i)) {
        case 200 -> admitted[schedule.client(i)]++;
        case 429 -> rejected++;
        default -> other++;
      }
      if (answers.status(i) != Answers.WAITING) {
        latencies.add(answers.answeredAtNanos(i) - schedule.dueNanos(i));
      }
    }
    return new Count(IntStream.of(admitted).boxed().toList(), rejected, other, latencies);
  }

  /** Returns the admitted requests of all instances. */
  int admittedByAll() {
    return admitted.stream().mapToInt(it -> it).sum();
  }

  int sent() {
    return admittedByAll() + rejected + other;
  }

  /** Returns a latency in milliseconds with one decimal; percentile 100 is the longest. */
  String latency(double percentile) {
    return latencies.isEmpty()
        ? "-"
        : String.format(Locale.ROOT, "%.1f", latencies.millis(percentile));
  }

  /** Counts a second of the traffic; the first is 1. */
  static Count ofSecond(Schedule schedule, Answers answers, int number) {
    long second = TimeUnit.SECONDS.toNanos(1);
    return of(schedule, answers, (number - 1) * second, number * second);
  }
}

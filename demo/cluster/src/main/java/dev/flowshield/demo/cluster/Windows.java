package dev.flowshield.demo.cluster;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Looks at each window of time, however long, for more admitted than the rate gives in it.
 *
 * <p>An instance decides between the instants at which a request leaves and at which its answer is
 * there. So a request counts in a window if both are in it, and it certainly was admitted in it:
 * what is found is never too much.
 */
final class Windows {

  private Windows() {}

  /**
   * The most by which what was admitted in a window exceeds {@code perSecond} times its length: no
   * more than the burst where a limit holds. 0 if nothing was admitted.
   *
   * @param from the begin of the earliest window
   * @param to the end of the latest
   */
  static double mostAbove(
      double perSecond, Schedule schedule, Answers answers, long from, long to) {
    int[] admitted = new int[schedule.size()];
    int n = 0;
    for (int i = 0; i < schedule.size(); i++) {
      if (answers.status(i) == 200
          && answers.leftAtNanos(i) >= from
          && answers.answeredAtNanos(i) <= to) {
        admitted[n++] = i;
      }
    }
    long[] left = new long[n];
    long[] answered = new long[n];
    for (int k = 0; k < n; k++) {
      left[k] = answers.leftAtNanos(admitted[k]);
      answered[k] = answers.answeredAtNanos(admitted[k]);
    }
    return mostAbove(perSecond, left, answered);
  }

  /** As above, of requests that left and were answered at these instants, in any order. */
  static double mostAbove(double perSecond, long[] left, long[] answered) {
    int n = left.length;
    Integer[] latestFirst = new Integer[n];
    Arrays.setAll(latestFirst, i -> i);
    Arrays.sort(latestFirst, Comparator.comparingLong((Integer i) -> left[i]).reversed());
    long[] ends = answered.clone();
    Arrays.sort(ends);
    double perNano = perSecond / 1e9;
    int[] within = new int[n]; // in the window that ends at ends[j]
    double most = 0;
    for (int i : latestFirst) { // each is the begin of the windows looked at
      for (int j = Arrays.binarySearch(ends, answered[i]); j < n; j++) {
        within[j]++;
        most = Math.max(most, within[j] - perNano * (ends[j] - left[i]));
      }
    }
    return most;
  }
}

package dev.flowshield.demo.cluster;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import java.util.Arrays;
import java.util.Comparator;

/**
 * A search for a window of time, of any length, with more admissions than the rate allows.
 *
 * <p>An instance decides between the instants at which a request leaves and at which its response
 * arrives. A request counts in a window if both are in it. It was then certainly admitted in the
 * window, so the result is never too high.
 */
final class Windows {

  private Windows() {}

  /**
   * Returns the maximum by which the admissions in a window exceed {@code perSecond} times its
   * length. It is at most the burst if a limit holds; 0 without admissions.
   *
   * @param from the start of the earliest window
   * @param to the end of the latest window
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

  /** Returns the same for requests that left and were answered at these instants, in any order. */
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
    for (int i : latestFirst) { // each is the start of the checked windows
      for (int j = Arrays.binarySearch(ends, answered[i]); j < n; j++) {
        within[j]++;
        most = Math.max(most, within[j] - perNano * (ends[j] - left[i]));
      }
    }
    return most;
  }
}

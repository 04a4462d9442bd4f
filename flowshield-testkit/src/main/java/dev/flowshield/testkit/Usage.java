package dev.flowshield.testkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The permits of each key that were used, and when. */
final class Usage {

  /** Is told how many permits of a key were used in how long a span, both its ends included. */
  @FunctionalInterface
  interface Judge {
    void judge(String key, long permits, long spanNanos);
  }

  private record Used(long at, long permits) {}

  private final Map<String, List<Used>> used = new HashMap<>();

  void add(String key, long permits, long at) {
    used.computeIfAbsent(key, none -> new ArrayList<>()).add(new Used(at, permits));
  }

  void clear() {
    used.clear();
  }

  /** Every span that begins and ends with a use. */
  void judgeEachSpan(Judge judge) {
    used.forEach((key, all) -> {
      all.sort(Comparator.comparingLong(Used::at));
      for (int first = 0; first < all.size(); first++) {
        long sum = 0;
        for (int last = first; last < all.size(); last++) {
          sum += all.get(last).permits;
          judge.judge(key, sum, all.get(last).at - all.get(first).at);
        }
      }
    });
  }
}

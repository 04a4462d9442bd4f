package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The permits of each key that were used in a trial, and when; held to the worst case. */
final class Usage {

  private record Used(long at, long permits) {}

  private final RateLimiterContract contract;
  private final Trial trial;
  private final Map<String, List<Used>> used = new HashMap<>();

  Usage(RateLimiterContract contract, Trial trial) {
    this.contract = contract;
    this.trial = trial;
  }

  void add(String key, long permits, long at) {
    used.computeIfAbsent(key, none -> new ArrayList<>()).add(new Used(at, permits));
  }

  void clear() {
    used.clear();
  }

  /** In every span that begins and ends with a use, both included. */
  void requireWorstCase(RateLimit limit) {
    used.forEach((key, all) -> {
      all.sort(Comparator.comparingLong(Used::at));
      for (int first = 0; first < all.size(); first++) {
        long sum = 0;
        for (int last = first; last < all.size(); last++) {
          sum += all.get(last).permits;
          requireWorstCase(limit, key, sum, all.get(last).at - all.get(first).at);
        }
      }
    });
  }

  /** In one span. */
  void requireWorstCase(RateLimit limit, String key, long permits, long spanNanos) {
    Duration span = Duration.ofNanos(spanNanos);
    long most = contract.worstCase(limit, span);
    if (permits > most) {
      throw trial.fault(
          "permits used of key '" + key + "' within " + span + " at limit " + limit,
          "at most " + most,
          permits,
          "the limiter admits too much; if it means the limit in another way, override worstCase");
    }
  }
}

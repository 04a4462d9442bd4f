package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The permits of each key that were used in a test, and their times. Compares them with the worst
 * case and with the open reservations.
 */
final class PermitUsage {

  private record Used(long at, long permits) {}

  /** Permits that were taken at one time and refunded at another. */
  private record Refunded(long since, long at, long permits) {}

  private final RateLimiterContract contract;
  private final LimiterFixture fixture;
  private final Map<String, List<Used>> used = new HashMap<>();
  private final Map<String, List<Refunded>> refunded = new HashMap<>();

  PermitUsage(RateLimiterContract contract, LimiterFixture fixture) {
    this.contract = contract;
    this.fixture = fixture;
  }

  void add(String key, long permits, long at) {
    used.computeIfAbsent(key, none -> new ArrayList<>()).add(new Used(at, permits));
  }

  void addRefunded(String key, long permits, long since, long at) {
    refunded.computeIfAbsent(key, none -> new ArrayList<>()).add(new Refunded(since, at, permits));
  }

  void clear() {
    used.clear();
    refunded.clear();
  }

  /**
   * Requires that no span from one use to another, both included, has more permits than allowed.
   * Allowed are the worst case, and the refunds in the span of reservations that were open when it
   * began.
   */
  void requireWorstCase(RateLimit limit) {
    used.forEach((key, all) -> {
      all.sort(Comparator.comparingLong(Used::at));
      for (int first = 0; first < all.size(); first++) {
        long sum = 0;
        for (int last = first; last < all.size(); last++) {
          sum += all.get(last).permits;
          long from = all.get(first).at;
          long to = all.get(last).at;
          requireWorstCase(limit, key, sum, to - from, promised(key, from, to));
        }
      }
    });
  }

  private long promised(String key, long from, long to) {
    long promised = 0;
    for (Refunded each : refunded.getOrDefault(key, List.of())) {
      promised += each.since < from && each.at >= from && each.at <= to ? each.permits : 0;
    }
    return promised;
  }

  /** Requires the same for one span. */
  void requireWorstCase(RateLimit limit, String key, long permits, long spanNanos) {
    requireWorstCase(limit, key, permits, spanNanos, 0);
  }

  private void requireWorstCase(
      RateLimit limit, String key, long permits, long spanNanos, long promised) {
    Duration span = Duration.ofNanos(spanNanos);
    long most = contract.worstCase(limit, span);
    if (permits > most + promised) {
      throw fixture.fault(
          "permits used of key '" + key + "' within " + span + " at limit " + limit,
          "at most " + most + (promised == 0 ? "" : " and " + promised + " of open reservations"),
          permits,
          "the limiter admits too much; if it interprets the limit differently, override worstCase");
    }
  }
}

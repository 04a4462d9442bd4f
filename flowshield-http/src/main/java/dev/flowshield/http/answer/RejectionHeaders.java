package dev.flowshield.http.answer;

import dev.flowshield.RateLimit;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.util.ArrayList;
import java.util.List;

/**
 * The headers that tell a client which of its limits has rejected it, and the status of the limit.
 */
final class RejectionHeaders {

  private static final int MILLIS_PER_SECOND = 1000;

  private final String name;
  private final RateLimit limit;
  private final Header policy;
  private final HeaderMode headers;
  private final LegacyHeaders legacyHeaders;

  RejectionHeaders(String name, RateLimit limit, ResponseSettings settings) {
    this.name = name;
    this.limit = limit;
    this.policy = new Header(
        RateLimitHeaderValues.POLICY_NAME,
        RateLimitHeaderValues.list(List.of(RateLimitHeaderValues.policy(name, limit))));
    this.headers = settings.headers();
    this.legacyHeaders = settings.legacyHeaders();
  }

  /** Returns the headers that depend on the wait alone. */
  List<Header> of(long remaining, long seconds) {
    List<Header> all = new ArrayList<>();
    if (headers != HeaderMode.OFF) {
      String status = RateLimitHeaderValues.status(name, remaining, seconds);
      all.add(policy);
      all.add(new Header(RateLimitHeaderValues.NAME, RateLimitHeaderValues.list(List.of(status))));
    }
    if (legacyHeaders == LegacyHeaders.DELTA) {
      all.addAll(legacy(limit, remaining, seconds));
    }
    return all;
  }

  /** Returns the older headers with the time at which the wait ends, rounded up to the second. */
  static List<Header> legacy(RateLimit limit, long remaining, long seconds, long nowMillis) {
    long now = -Math.floorDiv(-nowMillis, MILLIS_PER_SECOND);
    return legacy(limit, remaining, now + seconds);
  }

  private static List<Header> legacy(RateLimit limit, long remaining, long reset) {
    return List.of(
        new Header("X-RateLimit-Limit", Long.toString(limit.permits())),
        new Header("X-RateLimit-Remaining", Long.toString(Math.max(0, remaining))),
        new Header("X-RateLimit-Reset", Long.toString(reset)));
  }
}

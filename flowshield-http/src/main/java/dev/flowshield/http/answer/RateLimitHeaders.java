package dev.flowshield.http.answer;

import dev.flowshield.LimitStatus;
import dev.flowshield.RateLimit;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The headers {@code RateLimit-Policy} and {@code RateLimit} of responses to admitted requests. A
 * limit with several rates is represented by the rate that has the smallest part left.
 *
 * <p>Thread-safe.
 */
public final class RateLimitHeaders {

  private static final int MOST_POLICIES = 1_000; // cached; the cache is emptied beyond

  /** A rate of a limit. */
  private record Named(String limit, RateLimit rate) {}

  /** The text of a policy, and the header that has this policy alone. */
  private record Policy(String text, Header header) {

    static Policy of(Named rate) {
      String text = RateLimitHeaderValues.policy(rate.limit, rate.rate);
      return new Policy(text, new Header(RateLimitHeaderValues.POLICY_NAME, text));
    }
  }

  private final Map<Named, Policy> policies = new ConcurrentHashMap<>();

  /**
   * Returns the headers for limits of which a client may know; empty if absent.
   *
   * @param engine the status of the limits that the engine keeps; rates of one limit follow each
   *     other
   * @param stored the status of the limits that a store keeps, in the same order
   */
  public List<Header> of(List<LimitStatus> engine, List<LimitStatus> stored) {
    List<LimitStatus> limits = new ArrayList<>(engine.size() + stored.size());
    engine.forEach(status -> add(status, limits));
    stored.forEach(status -> add(status, limits));
    return switch (limits.size()) {
      case 0 -> List.of();
      case 1 -> headers(limits.get(0)); // the usual case, at a fraction of the cost
      default -> headers(limits);
    };
  }

  /** Adds the status of a rate, unless another rate of the same limit has a smaller part left. */
  private static void add(LimitStatus status, List<LimitStatus> to) {
    int last = to.size() - 1;
    if (last < 0 || !to.get(last).limit().equals(status.limit())) {
      to.add(status);
    } else if (partLeft(status) < partLeft(to.get(last))) {
      to.set(last, status);
    }
  }

  private static double partLeft(LimitStatus status) {
    return (double) status.remaining() / status.rate().permits();
  }

  private List<Header> headers(LimitStatus status) {
    return List.of(policy(status).header, new Header(RateLimitHeaderValues.NAME, value(status)));
  }

  private List<Header> headers(List<LimitStatus> limits) {
    List<String> texts = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (LimitStatus status : limits) {
      texts.add(policy(status).text);
      values.add(value(status));
    }
    return List.of(
        new Header(RateLimitHeaderValues.POLICY_NAME, RateLimitHeaderValues.list(texts)),
        new Header(RateLimitHeaderValues.NAME, RateLimitHeaderValues.list(values)));
  }

  private Policy policy(LimitStatus status) {
    Named rate = new Named(status.limit(), status.rate());
    Policy known = policies.get(rate);
    if (known != null) {
      return known;
    }
    if (policies.size() >= MOST_POLICIES) {
      policies.clear();
    }
    Policy made = Policy.of(rate);
    policies.put(rate, made);
    return made;
  }

  private static String value(LimitStatus status) {
    return status.remaining() > 0 || status.retryAfterNanos() <= 0
        ? RateLimitHeaderValues.status(status.limit(), status.remaining())
        : RateLimitHeaderValues.status(
            status.limit(),
            status.remaining(),
            RateLimitHeaderValues.seconds(status.retryAfterNanos()));
  }
}

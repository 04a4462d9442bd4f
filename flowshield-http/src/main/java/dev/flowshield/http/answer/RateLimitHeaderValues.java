package dev.flowshield.http.answer;

import dev.flowshield.RateLimit;
import java.util.List;

/**
 * Formats the headers {@code RateLimit-Policy} and {@code RateLimit}, which tell a client the rate
 * of a limit and its status. They follow revision 10 of the Internet-Draft
 * <i>draft-ietf-httpapi-ratelimit-headers</i>: lists of strings with parameters (RFC 9651).
 *
 * <pre>
 *   RateLimit-Policy: "client";q=100;w=1;flowshield-burst=20
 *   RateLimit: "client";r=0;t=1
 * </pre>
 *
 * <p>Names are those of limits. A {@code Limit} checks that they have no character that a string of
 * RFC 9651 must escape. Pure functions.
 */
final class RateLimitHeaderValues {

  /** The name of the header that states the rates of limits. */
  static final String POLICY_NAME = "RateLimit-Policy";

  /** The name of the header that states the status of limits. */
  static final String NAME = "RateLimit";

  /** The most policies in one header; the first ones stay. */
  static final int MOST_POLICIES = 4;

  private static final long MOST_INTEGER = 999_999_999_999_999L; // an Integer of RFC 9651
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private RateLimitHeaderValues() {}

  /**
   * Returns the policy for a rate: {@code "client";q=100;w=60}. A period that divides a second
   * becomes one second, with the permits of a second. There is no window unless the period is then
   * a number of whole seconds. The burst is added if it differs from the quota.
   */
  static String policy(String name, RateLimit limit) {
    long nanos = limit.period().toNanos(); // at most 366 days, so it fits
    boolean partOfSecond = nanos < NANOS_PER_SECOND && NANOS_PER_SECOND % nanos == 0;
    long quota = partOfSecond ? times(limit.permits(), NANOS_PER_SECOND / nanos) : limit.permits();
    StringBuilder policy = named(name);
    add(policy, "q", quota);
    if (partOfSecond) {
      add(policy, "w", 1);
    } else if (nanos % NANOS_PER_SECOND == 0) {
      add(policy, "w", nanos / NANOS_PER_SECOND);
    }
    if (fitting(limit.burst()) != fitting(quota)) {
      add(policy, "flowshield-burst", limit.burst());
    }
    return policy.toString();
  }

  /** Returns the status of a policy that has all permits: {@code "client";r=100}. */
  static String status(String name, long remaining) {
    return "\"" + name + "\";r=" + fitting(remaining);
  }

  /**
   * Returns the status of a policy: {@code "client";r=57;t=1}.
   *
   * @param remaining the remaining permits
   * @param seconds the time until there are more permits; for a rejection, until there are enough
   */
  static String status(String name, long remaining, long seconds) {
    return "\"" + name + "\";r=" + fitting(remaining) + ";t=" + fitting(seconds);
  }

  /** Returns the value of either header, in the order of the configuration. */
  static String list(List<String> members) {
    return String.join(", ", members.subList(0, Math.min(members.size(), MOST_POLICIES)));
  }

  /**
   * Returns a wait in whole seconds, rounded up, at least one, so that no client retries too early.
   */
  static long seconds(long waitNanos) {
    long begun = waitNanos % NANOS_PER_SECOND > 0 ? 1 : 0;
    return Math.max(1, waitNanos / NANOS_PER_SECOND + begun);
  }

  private static StringBuilder named(String name) {
    return new StringBuilder(name.length() + 40).append('"').append(name).append('"');
  }

  private static void add(StringBuilder member, String name, long value) {
    member.append(';').append(name).append('=').append(fitting(value));
  }

  private static long fitting(long value) {
    return Math.max(0, Math.min(value, MOST_INTEGER));
  }

  private static long times(long permits, long factor) {
    return permits > MOST_INTEGER / factor ? MOST_INTEGER : permits * factor;
  }
}

package dev.flowshield.http.answer;

import dev.flowshield.RateLimit;
import java.util.List;

/**
 * The headers {@code RateLimit-Policy} and {@code RateLimit}, which tell a client how much a limit
 * admits and how it stands: revision 10 of the Internet-Draft
 * <i>draft-ietf-httpapi-ratelimit-headers</i>, lists of strings with parameters as RFC 9651 writes
 * them.
 *
 * <pre>
 *   RateLimit-Policy: "client";q=100;w=1;flowshield-burst=20
 *   RateLimit: "client";r=0;t=1
 * </pre>
 *
 * <p>Names are those of limits, which a {@code Limit} has checked: none holds a character that a
 * string of RFC 9651 would have to escape. Pure functions.
 */
public final class RateLimitHeaderValues {

  /** The header of the policies: what each limit admits. */
  public static final String POLICY_NAME = "RateLimit-Policy";

  /** The header of how the policies stand. */
  public static final String NAME = "RateLimit";

  /** The most policies in one header; the first ones stay. */
  public static final int MOST_POLICIES = 4;

  private static final long MOST_INTEGER = 999_999_999_999_999L; // an Integer of RFC 9651
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private RateLimitHeaderValues() {}

  /**
   * A policy for a rate: {@code "client";q=100;w=60}. A period that is a part of a second is told
   * as a second, with the permits of a second. Without a window if neither is a number of whole
   * seconds. With the burst if that is not the quota that is told.
   */
  public static String policy(String name, RateLimit limit) {
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

  /**
   * A policy for a cap on requests in flight: {@code
   * "in-flight";q=8;qu="concurrent-requests"}. It stands {@linkplain #standing(String, long)
   * without} seconds: the end of work is not known.
   */
  public static String policyInFlight(String name, long most) {
    StringBuilder policy = named(name);
    add(policy, "q", most);
    return policy.append(";qu=\"concurrent-requests\"").toString();
  }

  /** How a policy stands of which all permits are there: {@code "client";r=100}. */
  public static String standing(String name, long remaining) {
    return "\"" + name + "\";r=" + fitting(remaining);
  }

  /**
   * How a policy stands: {@code "client";r=57;t=1}.
   *
   * @param remaining the permits that are left
   * @param seconds until there are more; on a rejection, until there are enough
   */
  public static String standing(String name, long remaining, long seconds) {
    return "\"" + name + "\";r=" + fitting(remaining) + ";t=" + fitting(seconds);
  }

  /** The value of a header, of policies or of how they stand, in the order of the configuration. */
  public static String list(List<String> members) {
    return String.join(", ", members.subList(0, Math.min(members.size(), MOST_POLICIES)));
  }

  /**
   * A wait in whole seconds, rounded up, at least one: a client that comes back then is not early.
   */
  public static long seconds(long waitNanos) {
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

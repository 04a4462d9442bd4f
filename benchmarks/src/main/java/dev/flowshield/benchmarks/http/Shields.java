package dev.flowshield.benchmarks.http;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.HeaderMode;

/**
 * The shields of the benchmarks, which admit all requests, from the plainest to one with all
 * features. Each adds one layer to the previous one.
 */
public final class Shields {

  /** A path on which all requests are admitted. */
  public static final String PLENTY_PATH = "/orders/42";
  /** A path that each client may use twice a day, so that almost all requests are rejected. */
  public static final String SPENT_PATH = "/export/42";

  private static final String PLENTY = "1000000/s burst 1000000000";
  private static final String POLICIES = """
      POST  /login      *      20/min
      GET   /search     *      50/s
      GET   /export/*   *      2/day
      GET   /orders/*   *      %s
      POST  /orders     *      10/s
      *     /api/**     *      100/s
      """.formatted(PLENTY);

  private Shields() {}

  /**
   * Creates a shield with the default limit for each client and the default limit on work in
   * flight.
   */
  public static HttpShield plain() {
    return plainBuilder().build();
  }

  /** Creates a shield that finds clients behind trusted proxies. */
  public static HttpShield behindProxies() {
    return proxiesBuilder().build();
  }

  /** Creates a shield with a table of policies. */
  public static HttpShield withPolicies() {
    return policiesBuilder().build();
  }

  /** Creates a shield with rate limit headers in each response and all other features. */
  public static HttpShield withEverything() {
    return policiesBuilder()
        .limit("10000000/s burst 1000000000")
        .limits(l -> l.perNetwork("1000000/s /48").penalty("1000/min"))
        .responses(r -> r.headers(HeaderMode.ALWAYS))
        .build();
  }

  private static HttpShieldBuilder plainBuilder() {
    return HttpShield.builder().perClient(PLENTY).inFlight(1000);
  }

  private static HttpShieldBuilder proxiesBuilder() {
    return plainBuilder().clients(c -> c.trustedProxies("loopback"));
  }

  private static HttpShieldBuilder policiesBuilder() {
    return proxiesBuilder().policies(POLICIES);
  }
}

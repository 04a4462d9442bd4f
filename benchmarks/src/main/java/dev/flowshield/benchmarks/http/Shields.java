package dev.flowshield.benchmarks.http;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.HeaderMode;

/**
 * Shields that admit whatever the benchmarks ask for, from the plainest to one with everything
 * switched on. Each has the layers of the one before and one more.
 */
public final class Shields {

  /** A path on which all is admitted. */
  public static final String PLENTY_PATH = "/orders/42";
  /** A path on which each client may twice a day, so that nearly all is rejected. */
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

  /** The limit for each client and the cap that a shield has without any setting. */
  public static HttpShield plain() {
    return plainBuilder().build();
  }

  /** Clients are found behind trusted proxies. */
  public static HttpShield behindProxies() {
    return proxiesBuilder().build();
  }

  /** A table of policies decides what a client may. */
  public static HttpShield withPolicies() {
    return policiesBuilder().build();
  }

  /** Each answer tells of the limit; and whatever else can be switched on. */
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

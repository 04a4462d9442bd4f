package dev.flowshield.examples.guide;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.binding.RequestView;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits by route and by plan, and a login that counts only failures. */
final class ByRoute {

  private ByRoute() {}

  /** The customers that the application knows. */
  private static final class Customers {

    private static final Map<String, String> PLANS = Map.of("alice", "free", "bob", "pro");

    static @Nullable String planOf(@Nullable String user) {
      return user == null ? null : PLANS.get(user);
    }
  }

  // snippet: by-route
  static HttpShield shield() {
    return HttpShield.builder()
        .perClient("100/s")
        .policies(p -> p.plan(request -> Customers.planOf(request.principal()))
            .key("account", ByRoute::account))
        .policies("""
            GET   /search   free   10/s, 2000/h
            GET   /search   *      50/s
            POST  /login    *      20/min  on=status:401
            POST  /login    *      5/min   key=account on=status:401
            """)
        .build();
  }
  // end

  private static @Nullable String account(RequestView request) {
    String account = request.header("X-Account");
    return account == null ? null : account.strip().toLowerCase(Locale.ROOT);
  }
}

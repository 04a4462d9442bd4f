package dev.flowshield.http.policy;

import dev.flowshield.http.route.Route;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a policy matches: those of a route, from clients of some plans. Policies of one
 * scope belong together.
 *
 * @param route the route
 * @param plans the plans; empty for all requests, including those without a plan
 */
public record PolicyScope(Route route, List<String> plans) {

  private static final String ALL = "*";
  private static final Pattern PLAN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");

  /** Returns the scope of all requests of a route. */
  public static PolicyScope of(Route route) {
    return new PolicyScope(route, List.of());
  }

  static PolicyScope parse(String methods, String path, String plan) {
    Route route = Route.parse(methods, path);
    if (plan.equals(ALL)) {
      return of(route);
    }
    List<String> plans = List.of(plan.split(",", -1));
    for (String each : plans) {
      if (!PLAN.matcher(each).matches()) {
        throw new IllegalArgumentException("plan must be as in 'free', 'pro,team' or '*', got '"
            + plan + "': write its name, or * where the plan does not matter");
      }
    }
    return new PolicyScope(route, plans);
  }

  /** Returns whether this scope matches each request. */
  boolean isForAll() {
    return plans.isEmpty() && route.isForAll();
  }

  /** Returns whether this scope matches each request of another one. */
  boolean covers(PolicyScope other) {
    boolean hasPlans =
        plans.isEmpty() || (!other.plans.isEmpty() && plans.containsAll(other.plans));
    return hasPlans && route.covers(other.route);
  }

  boolean matches(String method, String path, @Nullable String plan) {
    return hasPlan(plan) && route.matches(method, path);
  }

  boolean matchesCase(String method, String path, @Nullable String plan) {
    return hasPlan(plan) && route.matchesCase(method, path);
  }

  private boolean hasPlan(@Nullable String plan) {
    return plans.isEmpty() || (plan != null && plans.contains(plan));
  }

  /** Returns the text of the scope in a row. */
  @Override
  public String toString() {
    return route + " " + (plans.isEmpty() ? ALL : String.join(",", plans));
  }
}

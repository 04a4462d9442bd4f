package dev.flowshield.http;

import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyScope;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.route.Route;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The policies of a shield, and the functions of the application that they call by name. Immutable.
 *
 * @param table the policies
 * @param keys the functions of keys, by name
 * @param plan the function that returns the plan of a client; null if there is no function
 * @param hash replaces keys that must not be kept as they are
 */
record PolicySettings(
    PolicyTable table,
    Map<String, Function<? super RequestView, @Nullable String>> keys,
    @Nullable Function<? super RequestView, @Nullable String> plan,
    SecretHash hash) {

  /**
   * Reads rows, one in each line; empty lines and those that begin with # are left out.
   *
   * @throws IllegalArgumentException if a line is no row
   */
  static List<Policy> parse(String rows) {
    return rows.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(PolicySettings::row)
        .toList();
  }

  private static Policy row(String line) {
    try {
      return Policy.parse(line);
    } catch (IllegalArgumentException impossible) {
      throw new IllegalArgumentException(
          "policy '" + line + "': " + impossible.getMessage(), impossible);
    }
  }

  /**
   * Returns the policies of paths on which clients are not limited.
   *
   * @throws IllegalArgumentException if one is not in the form of a policy's path
   */
  static List<Policy> exempt(List<String> paths) {
    return paths.stream()
        .map(path -> Policy.off(PolicyScope.of(Route.of(path))))
        .toList();
  }

  /** Returns the plan of a request's client; null for a client without a plan. */
  @Nullable
  String planOf(RequestView request) {
    return plan == null ? null : plan.apply(request);
  }
}

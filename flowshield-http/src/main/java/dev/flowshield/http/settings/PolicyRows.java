package dev.flowshield.http.settings;

import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyScope;
import dev.flowshield.http.route.Route;
import java.util.List;

/** Reads the rows of policies from text. */
public final class PolicyRows {

  private PolicyRows() {}

  /**
   * Reads rows, one in each line; empty lines and those that begin with # are left out.
   *
   * @throws IllegalArgumentException if a line is no row
   */
  public static List<Policy> parse(String rows) {
    return rows.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(PolicyRows::row)
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
  public static List<Policy> exempt(List<String> paths) {
    return paths.stream()
        .map(path -> Policy.off(PolicyScope.of(Route.of(path))))
        .toList();
  }
}

package dev.flowshield.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The paths of health checks, which are left alone: a probe that is rejected gets a busy server
 * killed.
 *
 * <p>{@code /healthz} is that path alone; {@code /actuator/health/**} is that path and all below
 * it.
 */
final class HealthPaths {

  private static final String BELOW = "/**";

  /**
   * What is left alone unless told otherwise. {@code /health} alone and not all below it, since
   * that may as well be the records of a hospital.
   */
  static final HealthPaths DEFAULT = new HealthPaths(
      "healthPaths",
      List.of(
          "/health",
          "/healthz",
          "/livez",
          "/readyz",
          "/health/live",
          "/health/ready",
          "/actuator/health/**"));

  /** No path. */
  static final HealthPaths NONE = new HealthPaths("healthPaths", List.of());

  // An escape, a parameter, a query, what is no character of a path, or a segment that is resolved.
  private static final Pattern NEVER = Pattern.compile("[%;?#{}\\\\\\s\\p{Cntrl}]|//|/\\.(/|$)");

  private final List<String> patterns;
  private final Set<String> paths; // most requests ask for none, and so look at one place
  private final String[] belows; // with a slash at the end

  /**
   * Takes these paths and no others.
   *
   * @param name the setting, for messages
   * @throws IllegalArgumentException if one is not in the form above
   */
  HealthPaths(String name, List<String> patterns) {
    this.patterns = List.copyOf(patterns);
    List<String> exact = new ArrayList<>();
    List<String> trees = new ArrayList<>();
    for (String pattern : this.patterns) {
      boolean tree = pattern.endsWith(BELOW);
      String path = tree ? pattern.substring(0, pattern.length() - BELOW.length()) : pattern;
      requirePath(name, path, pattern);
      exact.add(path);
      if (tree) {
        trees.add(path + "/");
      }
    }
    this.paths = Set.copyOf(exact);
    this.belows = trees.toArray(String[]::new);
  }

  /** Whether a request for this path is left alone. */
  boolean contains(String path) {
    if (paths.contains(path)) {
      return true;
    }
    for (String below : belows) {
      // A binding hands in paths without "..". Were one to slip through, it must not open a way
      // around the limits.
      if (path.startsWith(below) && !path.contains("..")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns those that no request has, as a server that routes has decoded its path and resolved
   * its dots.
   */
  List<String> unmatched() {
    return patterns.stream().filter(pattern -> NEVER.matcher(pattern).find()).toList();
  }

  @Override
  public String toString() {
    return patterns.isEmpty() ? "none" : String.join(" ", patterns);
  }

  private static void requirePath(String name, String path, String pattern) {
    if (!path.startsWith("/") || path.indexOf('*') >= 0 || path.contains("..")) {
      throw new IllegalArgumentException(name
          + " must be paths such as '/healthz', or with all below such as '/actuator/health/**', got '"
          + pattern
          + "': begin with a slash, and use ** at the end only, below at least one segment");
    }
  }
}

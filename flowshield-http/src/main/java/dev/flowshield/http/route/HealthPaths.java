package dev.flowshield.http.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The paths of health checks, which are neither limited nor counted. A rejected probe would get a
 * busy server killed.
 *
 * <p>{@code /healthz} is that path alone; {@code /actuator/health/**} is that path and all paths
 * below it.
 */
public final class HealthPaths {

  private static final String BELOW = "/**";

  /**
   * The default. It has {@code /health} without the paths below it, which may be the records of a
   * hospital.
   */
  public static final HealthPaths DEFAULT = new HealthPaths(
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
  public static final HealthPaths NONE = new HealthPaths("healthPaths", List.of());

  // An escape, a parameter, a query, a character that no path has, or a segment that is resolved.
  private static final Pattern NEVER = Pattern.compile("[%;?#{}\\\\\\s\\p{Cntrl}]|//|/\\.(/|$)");

  private final List<String> patterns;
  private final Set<String> paths; // most requests end after this lookup
  private final String[] belows; // with a slash at the end

  /**
   * Creates a set of paths.
   *
   * @param name the setting, for messages
   * @throws IllegalArgumentException if a path does not have the form above
   */
  public HealthPaths(String name, List<String> patterns) {
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

  /** Returns whether a path is that of a health check. */
  public boolean contains(String path) {
    if (paths.contains(path)) {
      return true;
    }
    for (String below : belows) {
      // A binding passes paths without "..". If one passes nevertheless, it must not evade the
      // limits.
      if (path.startsWith(below) && !path.contains("..")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the paths that no request has, because a server decodes a path and resolves its dots
   * before it routes.
   */
  public List<String> unmatched() {
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

package dev.flowshield.http.route;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which requests a rule is for: some methods, or all, and a pattern of paths.
 *
 * <p>A {@code HEAD} is a {@code GET}. Methods that are not named are those of {@code *} alone, so
 * one that is made up goes nowhere else. Immutable.
 */
public final class Route {

  private static final String ALL = "*";
  private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,31}");

  private final String methods;
  private final Set<String> named; // none for all
  private final PathPattern pattern;

  private Route(String methods, Set<String> named, PathPattern pattern) {
    this.methods = methods;
    this.named = named;
    this.pattern = pattern;
  }

  /**
   * Reads a route.
   *
   * @param methods {@code GET}, or {@code PUT,POST}, or {@code *} for all
   * @param path {@code /login}, {@code /users/*} where {@code *} is one segment,
   *     {@code /api/**} with all below, or {@code *.css} for an ending
   * @throws IllegalArgumentException if one of them is not in that form
   */
  public static Route parse(String methods, String path) {
    Set<String> named = new TreeSet<>();
    if (!methods.equals(ALL)) {
      for (String method : methods.split(",", -1)) {
        if (!METHOD.matcher(method).matches()) {
          throw new IllegalArgumentException(
              "method must be as in 'GET', 'PUT,POST' or '*', got '" + methods + "': write "
                  + (method.toUpperCase(Locale.ROOT).equals(method)
                      ? "names with commas between, and no spaces"
                      : "it in capitals"));
        }
        named.add(method.equals("HEAD") ? "GET" : method);
      }
    }
    return new Route(methods, Set.copyOf(named), PathPattern.parse(path));
  }

  /** All paths of a pattern, by all methods. As {@link #parse}. */
  public static Route of(String path) {
    return parse(ALL, path);
  }

  /** The path of a request as {@link #matches} wants it, once for all routes. */
  public static String path(String requested) {
    return RoutePath.of(requested);
  }

  /**
   * What else a server could take the path of a request for, as {@link #matches} wants it. Nothing
   * for most; where there is something, routes of all of them are routes of the request.
   */
  public static Set<String> otherPaths(String requested) {
    return RoutePath.others(requested);
  }

  /** Whether it is the route of a request. */
  public boolean matches(String method, String path) {
    return (named.isEmpty() || named.contains(method.equals("HEAD") ? "GET" : method))
        && pattern.matches(path);
  }

  /** Whether it is the route of each request of another route. */
  public boolean covers(Route other) {
    boolean hasMethods =
        named.isEmpty() || (!other.named.isEmpty() && named.containsAll(other.named));
    return hasMethods && pattern.covers(other.pattern);
  }

  /** Whether it names a method, rather than all. */
  public boolean names(String method) {
    return named.contains(method);
  }

  /** Whether it is the route of each request. */
  public boolean isForAll() {
    return named.isEmpty() && pattern.isForAll();
  }

  /** The words of the path, to make a name of. */
  public List<String> words() {
    return pattern.words();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Route that && named.equals(that.named) && pattern.equals(that.pattern);
  }

  @Override
  public int hashCode() {
    return 31 * named.hashCode() + pattern.hashCode();
  }

  /** As it was written: {@code GET /login}. */
  @Override
  public String toString() {
    return methods + " " + pattern;
  }
}

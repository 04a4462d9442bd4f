package dev.flowshield.http.route;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a rule: some methods, or all, and a pattern of paths.
 *
 * <p>A {@code HEAD} is a {@code GET}. A method that no rule names matches only rules with {@code
 * *}. Immutable.
 */
public final class Route {

  /** The most other paths of a request that are looked up. */
  public static final int MOST_OTHER_PATHS = RoutePath.MOST_OTHERS;

  private static final String ALL = "*";
  private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,31}");

  private final String methods;
  private final Set<String> named; // empty for all
  private final PathPattern pattern;

  private Route(String methods, Set<String> named, PathPattern pattern) {
    this.methods = methods;
    this.named = named;
    this.pattern = pattern;
  }

  /**
   * Parses a route.
   *
   * @param methods {@code GET}, or {@code PUT,POST}, or {@code *} for all
   * @param path {@code /login}, {@code /users/*} where {@code *} is one segment, as {@code {id}}
   *     and {@code :id} are, {@code /api/**} with all below, or {@code *.css} for an ending
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

  /** Parses a route of all methods. As {@link #parse}. */
  public static Route of(String path) {
    return parse(ALL, path);
  }

  /** Returns the path of a request in the form that {@link #matches} expects. */
  public static String path(String requested) {
    return RoutePath.of(requested);
  }

  /**
   * Returns the other paths that a server may take the path of a request for, in the form that
   * {@link #matches} expects. Empty for most requests. The request has the routes of all these
   * paths. If there are more than {@value #MOST_OTHER_PATHS}, the request may have any route.
   *
   * @param requested the path
   * @param spellings the path as the client wrote it, if that is another text
   */
  public static Set<String> otherPaths(String requested, List<String> spellings) {
    if (spellings.isEmpty()) {
      return RoutePath.others(requested);
    }
    Set<String> others = new LinkedHashSet<>(RoutePath.others(requested));
    for (String spelling : spellings) {
      others.add(RoutePath.of(spelling));
      others.addAll(RoutePath.others(spelling));
    }
    others.remove(RoutePath.of(requested));
    return others;
  }

  /** Returns whether this is the route of a request, if the case of the path does not count. */
  public boolean matches(String method, String path) {
    return hasMethod(method) && pattern.matches(path, true);
  }

  /** Returns whether this is the route of a request, if the case of the path counts. */
  public boolean matchesCase(String method, String path) {
    return hasMethod(method) && pattern.matches(path, false);
  }

  private boolean hasMethod(String method) {
    return named.isEmpty() || named.contains(method.equals("HEAD") ? "GET" : method);
  }

  /** Returns whether this is the route of each request of another route. */
  public boolean covers(Route other) {
    boolean hasMethods =
        named.isEmpty() || (!other.named.isEmpty() && named.containsAll(other.named));
    return hasMethods && pattern.covers(other.pattern);
  }

  /** Returns whether this route names a method. */
  public boolean names(String method) {
    return named.contains(method);
  }

  /** Returns the only path of its requests; null if there are several. */
  public @Nullable String onlyPath() {
    return pattern.onlyPath();
  }

  /** Returns whether this is the route of each request. */
  public boolean isForAll() {
    return named.isEmpty() && pattern.isForAll();
  }

  /** Returns the words of the path, for a name. */
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

  /** Returns the text of the route: {@code GET /login}. */
  @Override
  public String toString() {
    return methods + " " + pattern;
  }
}

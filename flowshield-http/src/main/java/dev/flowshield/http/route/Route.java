package dev.flowshield.http.route;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a rule is for: some methods, or all, and a pattern of paths.
 *
 * <p>A {@code HEAD} is a {@code GET}. Methods that are not named are those of {@code *} alone, so
 * one that is made up goes nowhere else. Immutable.
 */
public final class Route {

  /** The most other paths of a request that are looked up. */
  public static final int MOST_OTHER_PATHS = RoutePath.MOST_OTHERS;

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

  /** All paths of a pattern, by all methods. As {@link #parse}. */
  public static Route of(String path) {
    return parse(ALL, path);
  }

  /** The path of a request as {@link #matches} wants it, once for all routes. */
  public static String path(String requested) {
    return RoutePath.of(requested);
  }

  /**
   * Returns what else a server may take the path of a request for, in the form that {@link
   * #matches} expects. Empty for most requests. If it is not, the routes of all these paths are
   * routes of the request; if it has more than {@value #MOST_OTHER_PATHS}, the request may have any
   * route.
   *
   * @param requested the path
   * @param spellings the path as it came, if that is another text
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

  /** Returns whether it is the route of a request, whatever the case of the path. */
  public boolean matches(String method, String path) {
    return hasMethod(method) && pattern.matches(path, true);
  }

  /** Returns whether it is the route of a request if the case of the path counts. */
  public boolean matchesCase(String method, String path) {
    return hasMethod(method) && pattern.matches(path, false);
  }

  private boolean hasMethod(String method) {
    return named.isEmpty() || named.contains(method.equals("HEAD") ? "GET" : method);
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

  /** Returns the only path of its requests; null if there are several. */
  public @Nullable String onlyPath() {
    return pattern.onlyPath();
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

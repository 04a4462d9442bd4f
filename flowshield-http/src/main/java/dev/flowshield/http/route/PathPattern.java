package dev.flowshield.http.route;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of paths.
 *
 * <pre>
 *   /login              that path
 *   /users/*&#47;orders     * is one segment, and so are {id} and :id
 *   /api/**             that path and all below it
 *   *.css               all paths that end so, at any depth
 *   /**                 all paths
 * </pre>
 *
 * <p>All spellings of a path match alike, see {@link RoutePath}. Immutable.
 */
final class PathPattern {

  private static final String FORM =
      "path must be as in '/login', '/users/*/orders', '/api/**' or '*.css'";
  private static final String ONE = "*";
  private static final String ALL_BELOW = "**";
  private static final String[] SOME = {ONE};

  // The variable of a framework, which matches any segment.
  private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z_][\\w.-]*}|:[A-Za-z_]\\w*");

  private final String text;
  private final String[] segments;
  private final boolean takesAllBelow;
  private final String ending; // of the last segment, at any depth; empty for a path

  private PathPattern(String text, List<String> segments, boolean takesAllBelow, String ending) {
    this.text = text;
    this.segments = segments.toArray(String[]::new);
    this.takesAllBelow = takesAllBelow;
    this.ending = ending;
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if the text has none of the forms above
   */
  static PathPattern parse(String text) {
    if (text.startsWith("*.") && isPlain(text.substring(1))) {
      return new PathPattern(text, List.of(), true, text.substring(1));
    }
    if (!text.startsWith("/") || text.contains("//")) {
      throw malformed(text, "begin with one slash, or with *. for an ending");
    }
    List<String> segments = List.of(text.substring(1).split("/", -1));
    int last = segments.size() - 1;
    boolean takesAllBelow = segments.get(last).equals(ALL_BELOW);
    boolean endsWithSlash = segments.get(last).isEmpty();
    List<String> before =
        segments.subList(0, takesAllBelow || endsWithSlash ? last : last + 1).stream()
            .map(segment -> VARIABLE.matcher(segment).matches() ? ONE : segment)
            .toList();
    for (String segment : before) {
      if (!segment.equals(ONE) && !isPlain(segment)) {
        throw malformed(text, wayOut(segment));
      }
    }
    return new PathPattern(text, before, takesAllBelow, "");
  }

  private static String wayOut(String segment) {
    if (segment.equals(ALL_BELOW)) {
      return "let ** stand at the end";
    }
    return segment.indexOf('{') >= 0 || segment.startsWith(":")
        ? "let a variable be a name and a whole segment, as in '/users/{id}', or write /** for all"
            + " below"
        : "let * be a whole segment, and leave out '..', ';', '?', '#' and '%'";
  }

  private static boolean isPlain(String segment) {
    return !segment.isEmpty()
        && !segment.equals(".")
        && !segment.contains("..")
        && !segment.startsWith(":")
        && segment.chars().noneMatch(c -> c <= ' ' || "*;?#%/\\{}".indexOf(c) >= 0);
  }

  private static IllegalArgumentException malformed(String text, String wayOut) {
    return new IllegalArgumentException(FORM + ", got '" + text + "': " + wayOut);
  }

  /**
   * Returns whether a path, in the form of {@link RoutePath}, matches this pattern.
   *
   * @param ignoresCase whether case does not count
   */
  boolean matches(String path, boolean ignoresCase) {
    int at = 0;
    for (String segment : segments) {
      if (at == path.length()) {
        return false;
      }
      int from = at + 1; // after the slash
      if (segment.equals(ONE)) {
        int slash = path.indexOf('/', from);
        at = slash < 0 ? path.length() : slash;
      } else if (isSame(segment, path, from, ignoresCase)) {
        at = from + segment.length();
      } else {
        return false;
      }
    }
    return (takesAllBelow || at == path.length() || isSlashAtTheEnd(path, at))
        && path.regionMatches(
            ignoresCase, path.length() - ending.length(), ending, 0, ending.length());
  }

  private static boolean isSlashAtTheEnd(String path, int at) {
    return at == path.length() - 1 && path.charAt(at) == '/';
  }

  /** Returns the only path that matches; null if there are several. */
  @Nullable
  String onlyPath() {
    boolean hasOne = !takesAllBelow && Stream.of(segments).noneMatch(ONE::equals);
    return hasOne ? "/" + String.join("/", segments) : null;
  }

  /** Returns whether each path matches. */
  boolean isForAll() {
    return takesAllBelow && segments.length == 0 && ending.isEmpty();
  }

  /** Returns whether each path of another pattern matches. */
  boolean covers(PathPattern other) {
    if (!ending.isEmpty()) {
      return other.endsWith(ending);
    }
    String[] others = other.ending.isEmpty() ? other.segments : SOME; // no ending is a whole path
    boolean fits = takesAllBelow
        ? others.length >= segments.length
        : others.length == segments.length && !other.takesAllBelow;
    for (int i = 0; i < segments.length && fits; i++) {
      fits = segments[i].equals(ONE) || segments[i].equalsIgnoreCase(others[i]);
    }
    return fits;
  }

  /** Returns whether each path that matches has this ending. */
  private boolean endsWith(String sought) {
    String last = !ending.isEmpty()
        ? ending
        : takesAllBelow || segments.length == 0 ? "" : segments[segments.length - 1];
    return last.regionMatches(true, last.length() - sought.length(), sought, 0, sought.length());
  }

  private static boolean isSame(String segment, String path, int from, boolean ignoresCase) {
    int to = from + segment.length();
    return path.regionMatches(ignoresCase, from, segment, 0, segment.length())
        && (to == path.length() || path.charAt(to) == '/');
  }

  /** Returns the segments that are no variables, for a name. */
  List<String> words() {
    return ending.isEmpty()
        ? Stream.of(segments).filter(segment -> !segment.equals(ONE)).toList()
        : List.of(ending.substring(1));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathPattern that
        && takesAllBelow == that.takesAllBelow
        && ending.equals(that.ending)
        && Arrays.equals(segments, that.segments);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(segments) + ending.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}

package dev.flowshield.http.route;

import java.util.List;
import java.util.stream.Stream;

/**
 * A pattern of paths.
 *
 * <pre>
 *   /login              that path
 *   /users/*&#47;orders     * is one segment
 *   /api/**             that path and all below it
 *   *.css               all paths that end so, at any depth
 *   /**                 all paths
 * </pre>
 *
 * <p>Case need not count. How a path is spelled does not, see {@link RoutePath}. Immutable.
 */
final class PathPattern {

  private static final String FORM =
      "path must be as in '/login', '/users/*/orders', '/api/**' or '*.css'";
  private static final String ONE = "*";
  private static final String ALL_BELOW = "**";
  private static final String[] SOME = {ONE};

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
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is not in one of the forms above
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
    List<String> before = segments.subList(0, takesAllBelow || endsWithSlash ? last : last + 1);
    for (String segment : before) {
      if (!segment.equals(ONE) && !isPlain(segment)) {
        throw malformed(
            text,
            segment.equals(ALL_BELOW)
                ? "let ** stand at the end"
                : "let * be a whole segment, and leave out '..', ';', '?', '#' and '%'");
      }
    }
    return new PathPattern(text, before, takesAllBelow, "");
  }

  private static boolean isPlain(String segment) {
    return !segment.isEmpty()
        && !segment.equals(".")
        && !segment.contains("..")
        && segment.chars().noneMatch(c -> c <= ' ' || "*;?#%/\\".indexOf(c) >= 0);
  }

  private static IllegalArgumentException malformed(String text, String wayOut) {
    return new IllegalArgumentException(FORM + ", got '" + text + "': " + wayOut);
  }

  /**
   * Returns whether a path, in the form of {@link RoutePath}, is one of the pattern.
   *
   * @param ignoresCase whether case does not count
   */
  boolean matches(String path, boolean ignoresCase) {
    int at = 0;
    for (String segment : segments) {
      if (at == path.length()) {
        return false;
      }
      int from = at + 1; // behind the slash
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

  /** Whether each path is one of the pattern. */
  boolean isForAll() {
    return takesAllBelow && segments.length == 0 && ending.isEmpty();
  }

  /** Whether each path of another pattern is one of this. */
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

  /** Whether each of its paths has this ending. */
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

  /** The segments that say something, to make a name of. */
  List<String> words() {
    return ending.isEmpty()
        ? Stream.of(segments).filter(segment -> !segment.equals(ONE)).toList()
        : List.of(ending.substring(1));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathPattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}

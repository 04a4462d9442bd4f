package dev.flowshield.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The path of a request as received, below the context of its web application. Pure functions. */
final class AmbiguousPath {

  private static final Pattern PARAMETERS = Pattern.compile(";[^/]*");

  private AmbiguousPath() {}

  /**
   * Returns the path that remains after cutting as many characters as the context and the prefix of
   * the servlet have, however the client has spelled them. Jersey cuts in this way. The result is
   * usually the path below them.
   *
   * @param prefix the prefix of the servlet; empty if the servlet was not chosen by a prefix
   */
  static String cut(String uri, String context, String prefix) {
    int from = context.length() + prefix.length() + 1; // after the slash, or any character
    return prefix + "/" + (from < uri.length() ? uri.substring(from) : "");
  }

  /**
   * Returns all paths that may remain after {@link #cut}. If the path as received does not begin
   * with the context, Spring matches the whole path with patterns of Ant, so it is one of them.
   *
   * @param context the context as the container returns it; some versions of Tomcat return the
   *     spelling of the client
   * @param canonical the context as deployed, which Jersey uses
   * @param prefix the prefix of the servlet; empty if the servlet was not chosen by a prefix
   */
  static List<String> cuts(String uri, String context, String canonical, String prefix) {
    Set<String> uris = new LinkedHashSet<>(List.of(uri));
    uris.add(uri.replace("\\", "%5C")); // Jersey does this first
    String without = withoutParameters(uri);
    uris.add(without); // Spring does this first, for patterns of Ant
    uris.add(decoded(without));
    Set<String> cuts = new LinkedHashSet<>();
    for (String each : uris) {
      cuts.add(cut(each, context, prefix));
      if (!isContext(context, canonical)) {
        cuts.add(cut(each, canonical, prefix));
      }
    }
    if (!uri.startsWith(context)) {
      cuts.add(uri);
    }
    return new ArrayList<>(cuts);
  }

  /**
   * Returns the paths by which a filter below a prefix may route: the rest behind the length of the
   * prefix, and the whole path if the prefix is not in it as received. Jersey does so in a filter.
   */
  static List<String> inFilter(String uri, String context, String canonical, String prefix) {
    List<String> paths = cuts(uri, context, canonical, prefix);
    if (!uri.contains(prefix + "/")) {
      for (String whole : cuts(uri, context, canonical, "")) {
        paths.add(prefix + whole);
      }
    }
    return paths;
  }

  /**
   * Returns the path by which Struts finds an action, up to the first semicolon: the path of the
   * servlet, or the path as received, from the first place that has the path of the servlet.
   *
   * @param resolved the path of the servlet, as the container has resolved it
   */
  static String ofAction(String uri, String resolved) {
    int at = uri.endsWith(resolved) ? -1 : uri.indexOf(resolved);
    String path = at < 0 ? resolved : uri.substring(at);
    int semicolon = path.indexOf(';');
    return semicolon < 0 ? path : path.substring(0, semicolon);
  }

  /** Returns whether a context is the deployed one, apart from escapes. */
  static boolean isContext(String context, String canonical) {
    return context.equals(canonical) || decoded(context).equals(canonical);
  }

  /**
   * Returns the path below the context, with its escapes. The context may have any spelling that
   * the container accepts. For containers that do not report this path: if Jetty is configured to
   * accept {@code %2F} and similar escapes, it routes by the decoded path but throws when a filter
   * reads it.
   *
   * @param uri the path as received
   */
  static String of(String uri, String context) {
    List<String> segments = new ArrayList<>();
    for (String segment : uri.split("/", -1)) {
      int semicolon = segment.indexOf(';');
      resolve(segments, semicolon < 0 ? segment : segment.substring(0, semicolon));
    }
    List<String> before =
        context.isEmpty() ? List.of() : List.of(context.substring(1).split("/", -1));
    int depth = before.size();
    boolean isBelow = segments.size() >= depth && isSame(segments.subList(0, depth), before);
    return isBelow && depth > 0
        ? "/" + String.join("/", segments.subList(depth, segments.size()))
        : uri;
  }

  private static void resolve(List<String> segments, String segment) {
    switch (segment.replace("%2e", ".").replace("%2E", ".")) {
      case "", "." -> {}
      case ".." -> {
        if (!segments.isEmpty()) {
          segments.remove(segments.size() - 1);
        }
      }
      default -> segments.add(segment);
    }
  }

  private static boolean isSame(List<String> segments, List<String> context) {
    for (int i = 0; i < context.size(); i++) {
      if (!decoded(segments.get(i)).equals(decoded(context.get(i)))) {
        return false;
      }
    }
    return true;
  }

  private static String withoutParameters(String uri) {
    return uri.indexOf(';') < 0 ? uri : PARAMETERS.matcher(uri).replaceAll("");
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException broken) {
      return segment;
    }
  }
}

package dev.flowshield.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;

/** The path of a request as received, below the context of its web application. Pure functions. */
final class AmbiguousPath {

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
   * Returns all paths that may remain after {@link #cut}.
   *
   * @param context the context as the container returns it; some versions of Tomcat return the
   *     spelling of the client
   * @param canonical the context as deployed, which Jersey uses
   * @param prefix the prefix of the servlet; empty if the servlet was not chosen by a prefix
   */
  static List<String> cuts(String uri, String context, String canonical, String prefix) {
    List<String> cuts = new ArrayList<>();
    for (String each :
        isContext(context, canonical) ? List.of(context) : List.of(context, canonical)) {
      cuts.add(cut(uri, each, prefix));
      if (uri.indexOf('\\') >= 0) {
        cuts.add(cut(uri.replace("\\", "%5C"), each, prefix)); // Jersey does this first
      }
    }
    return cuts;
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

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException broken) {
      return segment;
    }
  }
}

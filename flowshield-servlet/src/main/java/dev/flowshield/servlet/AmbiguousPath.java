package dev.flowshield.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The path of a request as it came, below the context of its web application. Pure functions.
 */
final class AmbiguousPath {

  private static final Pattern PARAMETERS = Pattern.compile(";[^/]*");

  private AmbiguousPath() {}

  /**
   * Returns what is left behind the length of the context and of the servlet's prefix, however the
   * client has spelled them: Jersey counts so. Mostly it is what stands below them.
   *
   * @param prefix of the servlet; empty if it was not chosen by one
   */
  static String cut(String uri, String context, String prefix) {
    int from = context.length() + prefix.length() + 1; // behind the slash, or what is there
    return prefix + "/" + (from < uri.length() ? uri.substring(from) : "");
  }

  /**
   * Returns what may be left by {@link #cut}; and the whole path if it does not begin with the
   * context as it came, which Spring then matches with patterns of Ant.
   *
   * @param context as the container returns it: some versions of Tomcat, as the client spelled it
   * @param canonical as the application was deployed; Jersey counts so
   * @param prefix of the servlet; empty if it was not chosen by one
   */
  static List<String> cuts(String uri, String context, String canonical, String prefix) {
    Set<String> uris = new LinkedHashSet<>(List.of(uri));
    uris.add(uri.replace("\\", "%5C")); // as Jersey does before
    String without = withoutParameters(uri);
    uris.add(without); // as Spring does before, by patterns of Ant
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
   * Returns what a filter of a prefix may take a path for: what is left behind the length of the
   * prefix, or the whole path if the prefix is not in it as it came. Jersey does so in a filter.
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
   * Returns the path that Struts finds an action by: that of the servlet, or what the client sent
   * from there on where that first occurs; and nothing behind a semicolon.
   *
   * @param resolved the path of the servlet, as the container has resolved it
   */
  static String ofAction(String uri, String resolved) {
    int at = uri.endsWith(resolved) ? -1 : uri.indexOf(resolved);
    String path = at < 0 ? resolved : uri.substring(at);
    int semicolon = path.indexOf(';');
    return semicolon < 0 ? path : path.substring(0, semicolon);
  }

  /** Returns whether a context is the one that was deployed but for its escapes. */
  static boolean isContext(String context, String canonical) {
    return context.equals(canonical) || decoded(context).equals(canonical);
  }

  /**
   * Returns the path below the context, with its escapes; the context may be spelled in any way
   * that the container takes for it. For a container that does not tell: Jetty, told to let
   * {@code %2F} and the like pass, routes by the decoded path but throws if a filter asks for it.
   *
   * @param uri the path as it came
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

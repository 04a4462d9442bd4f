package dev.flowshield.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request that its container does not want to decode: Jetty, told to let {@code %2F}
 * and the like pass, routes by the decoded path but throws where a filter asks for it. A pure
 * function.
 */
final class AmbiguousPath {

  private AmbiguousPath() {}

  /**
   * The path below the context, with its escapes; the context may be spelled in any way that the
   * container takes for it.
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

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException broken) {
      return segment;
    }
  }
}

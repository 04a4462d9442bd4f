package dev.flowshield.http.route;

import java.util.ArrayList;
import java.util.List;

/**
 * The one form of a path that all its spellings have: without empty segments, so that doubled
 * slashes and one at the end change nothing; without what follows a semicolon; with {@code .} and
 * {@code ..} resolved. The path {@code /} is the empty text. Case is left to the comparison.
 *
 * <p>Servers differ in which spellings they take for one path. This takes more of them for one than
 * any server does. A spelling that a server tells apart is then charged like the path it resembles,
 * which only spends the client's own allowance; the other way round, it would be a way around the
 * limit.
 */
final class RoutePath {

  private RoutePath() {}

  /** The form of a path; the path itself if it has that form already, as most have. */
  static String of(String path) {
    return isInForm(path) ? path : rebuilt(path);
  }

  private static boolean isInForm(String path) {
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == ';' || (before == '/' && (c == '/' || c == '.')) || (i == 0 && c != '/')) {
        return false;
      }
      before = c;
    }
    return before != '/';
  }

  private static String rebuilt(String path) {
    List<String> segments = new ArrayList<>();
    int from = 0;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      add(segments, withoutParameters(path.substring(from, to)));
      from = to + 1;
    }
    return segments.isEmpty() ? "" : "/" + String.join("/", segments);
  }

  private static String withoutParameters(String segment) {
    int semicolon = segment.indexOf(';');
    return semicolon < 0 ? segment : segment.substring(0, semicolon);
  }

  private static void add(List<String> segments, String segment) {
    switch (segment) {
      case "", "." -> {}
      case ".." -> {
        if (!segments.isEmpty()) {
          segments.remove(segments.size() - 1);
        }
      }
      default -> segments.add(segment);
    }
  }
}

package dev.flowshield.http.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The one form of a path that all its spellings have: decoded but for escaped slashes; without
 * empty segments, so that doubled slashes and one at the end change nothing; without what follows a
 * semicolon; with {@code .} and {@code ..} resolved. The path {@code /} is the empty text. Case is
 * left to the comparison.
 *
 * <p>Servers differ in which spellings they take for one path. What a server has resolved itself
 * does not come here. Where something is left, such as {@code /a/..;/b}, one server runs what is
 * below {@code /a}, and another {@code /b}. So such a path has {@linkplain #others other forms} as
 * well: as it stands, and with escaped slashes decoded. All of them are to be charged, or the
 * spelling would be a way around one of the limits.
 */
final class RoutePath {

  private static final int HEX = 16;

  private RoutePath() {}

  /** The form of a path; the path itself if it has that form already, as most have. */
  static String of(String path) {
    return isInForm(path) ? path : rebuilt(decoded(path, false), true);
  }

  /** What a server could take a path for, apart from {@link #of}; nothing for most. */
  static Set<String> others(String path) {
    if (isInForm(path)) {
      return Set.of();
    }
    Set<String> others = new TreeSet<>();
    others.add(rebuilt(decoded(path, false), false));
    String withoutEscapes = decoded(path, true);
    others.add(rebuilt(withoutEscapes, true));
    others.add(rebuilt(withoutEscapes, false));
    others.remove(of(path));
    return others;
  }

  private static boolean isInForm(String path) {
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == ';'
          || c == '%'
          || (before == '/' && (c == '/' || c == '.'))
          || (i == 0 && c != '/')) {
        return false;
      }
      before = c;
    }
    return before != '/';
  }

  /**
   * Puts the segments of a path together again.
   *
   * @param resolves without parameters, and dots resolved; else only without empty segments
   */
  private static String rebuilt(String path, boolean resolves) {
    List<String> segments = new ArrayList<>();
    int from = 0;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      String segment = path.substring(from, to);
      if (resolves) {
        resolve(segments, withoutParameters(segment));
      } else if (!segment.isEmpty()) {
        segments.add(segment);
      }
      from = to + 1;
    }
    return segments.isEmpty() ? "" : "/" + String.join("/", segments);
  }

  private static String withoutParameters(String segment) {
    int semicolon = segment.indexOf(';');
    return semicolon < 0 ? segment : segment.substring(0, semicolon);
  }

  private static void resolve(List<String> segments, String segment) {
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

  /** A path with its escapes decoded; one that is broken stays as it is. */
  private static String decoded(String path, boolean alsoSlashes) {
    if (path.indexOf('%') < 0) {
      return path;
    }
    byte[] bytes = path.getBytes(UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
    int at = 0;
    while (at < bytes.length) {
      int value = bytes[at] == '%' ? escaped(bytes, at) : -1;
      boolean stays = value < 0 || (value == '/' && !alsoSlashes);
      decoded.write(stays ? bytes[at] : value);
      at += stays ? 1 : 3;
    }
    return decoded.toString(UTF_8);
  }

  /** The value of the escape at an index; −1 if there is none. */
  private static int escaped(byte[] bytes, int at) {
    if (at + 2 >= bytes.length) {
      return -1;
    }
    int high = Character.digit(bytes[at + 1], HEX);
    int low = Character.digit(bytes[at + 2], HEX);
    return high < 0 || low < 0 ? -1 : high * HEX + low;
  }
}

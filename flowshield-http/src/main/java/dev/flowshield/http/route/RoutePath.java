package dev.flowshield.http.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The one form of a path that all its spellings have: decoded but for escaped slashes; without
 * empty segments, so that doubled slashes and one at the end change nothing; without what follows a
 * semicolon; with {@code .} and {@code ..} resolved. The path {@code /} is the empty text. Case is
 * left to the comparison.
 *
 * <p>Servers and frameworks differ in which spellings they take for one path. For
 * {@code /a/..;/b}, one runs what is below {@code /a}, another {@code /b}. So such a path has
 * {@linkplain #others other forms} as well, and all of them are to be charged, or the spelling
 * would be a way around one of the limits. They differ in these steps, of which each is taken or
 * left out:
 *
 * <ol>
 *   <li>Parameters are removed, before escapes are decoded or after.
 *   <li>Escapes are decoded: those that a path needs, such as {@code %20}; or all but
 *       {@code %2F}; or all; or all once more behind the other steps.
 *   <li>A backslash is a slash, for dots alone or for all that routes.
 *   <li>Empty segments are removed, before dots are resolved or after, as two dots may remove one.
 *   <li>Dots are resolved: in the whole path; or below a prefix that the path cannot leave, such as
 *       that of a handler for files.
 * </ol>
 */
final class RoutePath {

  /** The most other forms of a path. If there are more, {@link #others} has more than this. */
  static final int MOST_OTHERS = 24;

  private static final int HEX = 16;
  private static final String UNESCAPED = "-._~!$&'()*+,;=:@/"; // beside letters and digits

  private RoutePath() {}

  /** Returns the form of a path; the path itself if it has that form already, as most have. */
  static String of(String path) {
    return isInForm(path)
        ? path
        : form(resolved(named(segments(withoutParameters(decoded(path, c -> c != '/')), "/")), 0));
  }

  /** Returns what a server may take a path for, apart from {@link #of}; nothing for most paths. */
  static Set<String> others(String path) {
    if (isInForm(path)) {
      return Set.of();
    }
    String form = of(path);
    Set<String> forms = new LinkedHashSet<>();
    forms.add(form);
    Set<String> texts = new LinkedHashSet<>();
    for (String one : distinct(path, withoutParameters(path))) {
      addTexts(decoded(one, RoutePath::needsEscape), texts, forms);
      addTexts(decoded(one, c -> c != '/'), texts, forms);
      addTexts(decoded(one, c -> true), texts, forms);
    }
    for (String once : List.copyOf(forms)) {
      String twice = decoded(once, c -> true);
      if (!twice.equals(once)) {
        addTexts(twice, texts, forms);
      }
    }
    forms.remove(form);
    return forms;
  }

  private static boolean isInForm(String path) {
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == ';'
          || c == '%'
          || c == '\\'
          || (before == '/' && (c == '/' || c == '.'))
          || (i == 0 && c != '/')) {
        return false;
      }
      before = c;
    }
    return before != '/';
  }

  /** Adds the forms of a decoded text, unless they are there or there are too many already. */
  private static void addTexts(String decoded, Set<String> texts, Set<String> forms) {
    for (String slashes : distinct(decoded, decoded.replace('\\', '/'))) {
      for (String text : distinct(slashes, withoutParameters(slashes))) {
        if (forms.size() <= MOST_OTHERS + 1 && texts.add(text)) {
          addForms(text, forms);
        }
      }
    }
  }

  private static List<String> distinct(String one, String other) {
    return one.equals(other) ? List.of(one) : List.of(one, other);
  }

  private static void addForms(String text, Set<String> forms) {
    addForms(segments(text, "/"), forms);
    if (text.indexOf('\\') >= 0) {
      addForms(segments(text, "/\\"), forms); // which it need not be for what routes by the result
    }
  }

  private static void addForms(List<String> segments, Set<String> forms) {
    forms.add(form(segments));
    addResolved(segments, forms);
    List<String> named = named(segments);
    if (named.size() < segments.size()) {
      forms.add(form(named));
      addResolved(named, forms);
    }
  }

  private static void addResolved(List<String> withDot, Set<String> forms) {
    List<String> segments = new ArrayList<>(withDot);
    segments.removeIf(segment -> isDots(segment, 1));
    int first = 0;
    while (first < segments.size() && !isDots(segments.get(first), 2)) {
      first++;
    }
    int prefix = 0;
    do {
      List<String> resolved = resolved(segments, prefix);
      List<String> named = named(resolved);
      forms.add(form(resolved));
      if (named.size() < resolved.size()) {
        forms.add(form(named));
      }
      prefix = Math.max(prefix, longestKept(segments, first)) + 1;
    } while (prefix <= first && first < segments.size() && forms.size() <= MOST_OTHERS + 1);
  }

  /** Returns the segments of a path, each with the slash before it. */
  private static List<String> segments(String text, String slashes) {
    String path = text.isEmpty() || slashes.indexOf(text.charAt(0)) < 0 ? "/" + text : text;
    List<String> segments = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= path.length(); i++) {
      if (i == path.length() || slashes.indexOf(path.charAt(i)) >= 0) {
        segments.add(path.substring(from, i));
        from = i;
      }
    }
    return segments;
  }

  /** Returns the segments that are not empty. */
  private static List<String> named(List<String> segments) {
    List<String> named = new ArrayList<>(segments);
    named.removeIf(segment -> segment.length() == 1);
    return named;
  }

  private static boolean isDots(String segment, int count) {
    return segment.length() == count + 1 && "/..".regionMatches(1, segment, 1, count);
  }

  /** Returns the path of these segments. It may end with slashes, as no other form does. */
  private static String form(List<String> segments) {
    String path = String.join("", segments);
    return path.equals("/") ? "" : path.startsWith("\\") ? "/" + path : path;
  }

  /** Returns segments with dots resolved, but for a prefix of that many. */
  private static List<String> resolved(List<String> segments, int prefix) {
    List<String> resolved = new ArrayList<>(segments.subList(0, prefix));
    for (String segment : segments.subList(prefix, segments.size())) {
      if (!isDots(segment, 2)) {
        if (!isDots(segment, 1)) {
          resolved.add(segment);
        }
      } else if (resolved.size() > prefix) {
        resolved.remove(resolved.size() - 1);
      }
    }
    return resolved;
  }

  /**
   * Returns the length of the longest prefix that dots do not leave: with it and with all shorter
   * ones, they are resolved as in the whole path.
   *
   * @param first the index of the first two dots
   */
  private static int longestKept(List<String> segments, int first) {
    int depth = first;
    int least = first;
    for (String segment : segments.subList(first, segments.size())) {
      depth += isDots(segment, 2) ? -1 : 1;
      least = Math.min(least, depth);
    }
    return Math.max(least, 0);
  }

  private static String withoutParameters(String path) {
    int semicolon = path.indexOf(';');
    if (semicolon < 0) {
      return path;
    }
    StringBuilder without = new StringBuilder(path.length());
    int from = 0;
    while (semicolon >= 0) {
      without.append(path, from, semicolon);
      int slash = path.indexOf('/', semicolon);
      from = slash < 0 ? path.length() : slash;
      semicolon = path.indexOf(';', from);
    }
    return without.append(path, from, path.length()).toString();
  }

  /** Returns whether no path has this byte as it is. */
  private static boolean needsEscape(int value) {
    boolean isLetterOrDigit = (value >= 'a' && value <= 'z')
        || (value >= 'A' && value <= 'Z')
        || (value >= '0' && value <= '9');
    return !isLetterOrDigit && UNESCAPED.indexOf(value) < 0;
  }

  /** Returns a path with some escapes decoded, by their value. A broken one stays as it is. */
  private static String decoded(String path, IntPredicate escapes) {
    if (path.indexOf('%') < 0) {
      return path;
    }
    byte[] bytes = path.getBytes(UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
    int at = 0;
    while (at < bytes.length) {
      int value = bytes[at] == '%' ? escaped(bytes, at) : -1;
      boolean stays = value < 0 || !escapes.test(value);
      decoded.write(stays ? bytes[at] : value);
      at += stays ? 1 : 3;
    }
    return decoded.toString(UTF_8);
  }

  /** Returns the value of the escape at an index; −1 if there is none. */
  private static int escaped(byte[] bytes, int at) {
    if (at + 2 >= bytes.length) {
      return -1;
    }
    int high = Character.digit(bytes[at + 1], HEX);
    int low = Character.digit(bytes[at + 2], HEX);
    return high < 0 || low < 0 ? -1 : high * HEX + low;
  }
}

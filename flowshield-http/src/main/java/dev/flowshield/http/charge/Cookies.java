package dev.flowshield.http.charge;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses {@code Cookie} headers (RFC 6265). A pure function, in linear time. */
final class Cookies {

  private Cookies() {}

  /**
   * Returns the value of the only cookie of a name. Returns null if absent, or if there are
   * several, because servers differ in the one that they use.
   */
  static @Nullable String value(List<String> lines, String name) {
    String found = null;
    for (String line : lines) {
      int from = 0;
      while (from < line.length()) {
        int semicolon = line.indexOf(';', from);
        int to = semicolon < 0 ? line.length() : semicolon;
        String value = value(line, from, to, name);
        if (value != null && found != null) {
          return null;
        }
        found = value == null ? found : value;
        from = to + 1;
      }
    }
    return found;
  }

  /** Returns the value of a cookie in a part of a line; null if it has another name. */
  private static @Nullable String value(String line, int from, int to, String name) {
    int start = from;
    while (start < to && (line.charAt(start) == ' ' || line.charAt(start) == '\t')) {
      start++;
    }
    int equals = start + name.length();
    return equals < to && line.startsWith(name, start) && line.charAt(equals) == '='
        ? line.substring(equals + 1, to).strip()
        : null;
  }
}

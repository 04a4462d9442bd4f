package dev.flowshield.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of a {@code Cookie} field (RFC 6265). Pure functions, linear, without a regex. */
final class Cookies {

  private static final int MOST_CHARACTERS = 8192;

  private Cookies() {}

  /** The value of the first cookie of a name; null if there is none. */
  static @Nullable String value(List<String> lines, String name) {
    for (String line : lines) {
      String value = value(line, name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private static @Nullable String value(String line, String name) {
    int end = Math.min(line.length(), MOST_CHARACTERS);
    int from = 0;
    while (from < end) {
      int semicolon = line.indexOf(';', from);
      int to = semicolon < 0 ? end : Math.min(semicolon, end);
      int start = from;
      while (start < to && (line.charAt(start) == ' ' || line.charAt(start) == '\t')) {
        start++;
      }
      int equals = start + name.length();
      if (equals < to && line.startsWith(name, start) && line.charAt(equals) == '=') {
        return line.substring(equals + 1, to).strip();
      }
      from = to + 1;
    }
    return null;
  }
}

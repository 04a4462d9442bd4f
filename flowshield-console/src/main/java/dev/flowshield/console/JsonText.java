package dev.flowshield.console;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text that is being written, without a library. Texts are escaped so that they stay texts
 * in HTML and in scripts, too. Numbers that JSON cannot state are null. Not thread-safe.
 */
final class JsonText {

  static final int LONGEST_TEXT = 512;

  private static final String HEX = "0123456789abcdef";

  private final StringBuilder json = new StringBuilder(16_384);
  private boolean needsComma;

  /** Begins an object that has no name. */
  JsonText object() {
    return open('{');
  }

  /** Begins an object. */
  JsonText object(String name) {
    return name(name).open('{');
  }

  /** Begins a list. */
  JsonText list(String name) {
    return name(name).open('[');
  }

  /** Ends an object. */
  JsonText endObject() {
    return close('}');
  }

  /** Ends a list. */
  JsonText endList() {
    return close(']');
  }

  /** Adds a text, of which the rest beyond 512 characters is left out; null if there is none. */
  JsonText put(String name, @Nullable String value) {
    return name(name).value(value);
  }

  /** Adds a number. */
  JsonText put(String name, long value) {
    name(name).json.append(value);
    needsComma = true;
    return this;
  }

  /** Adds a truth value. */
  JsonText put(String name, boolean value) {
    name(name).json.append(value);
    needsComma = true;
    return this;
  }

  /** Adds a number with one decimal; null if it is not finite. */
  JsonText put(String name, double value) {
    if (!Double.isFinite(value)) {
      return put(name, null);
    }
    name(name).json.append(String.format(Locale.ROOT, "%.1f", value));
    needsComma = true;
    return this;
  }

  /** Adds a text to a list. */
  JsonText add(String value) {
    separate();
    return value(value);
  }

  /** Adds a number to a list. */
  JsonText add(long value) {
    separate();
    json.append(value);
    needsComma = true;
    return this;
  }

  private JsonText name(String name) {
    separate();
    json.append('"').append(name).append("\":");
    needsComma = false;
    return this;
  }

  private JsonText open(char bracket) {
    separate();
    json.append(bracket);
    needsComma = false;
    return this;
  }

  private JsonText close(char bracket) {
    json.append(bracket);
    needsComma = true;
    return this;
  }

  private void separate() {
    if (needsComma) {
      json.append(',');
      needsComma = false;
    }
  }

  private JsonText value(@Nullable String value) {
    needsComma = true;
    if (value == null) {
      json.append("null");
      return this;
    }
    json.append('"');
    int end = Math.min(value.length(), LONGEST_TEXT);
    int written = 0;
    for (int i = 0; i < end; i++) {
      if (!isPlain(value.charAt(i))) {
        json.append(value, written, i);
        escape(value.charAt(i));
        written = i + 1;
      }
    }
    json.append(value, written, end);
    if (end < value.length()) {
      json.append("\\u2026");
    }
    json.append('"');
    return this;
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
        && c != '\'';
  }

  private void escape(char c) {
    json.append("\\u")
        .append(HEX.charAt(c >> 12))
        .append(HEX.charAt(c >> 8 & 0xf))
        .append(HEX.charAt(c >> 4 & 0xf))
        .append(HEX.charAt(c & 0xf));
  }

  @Override
  public String toString() {
    return json.toString();
  }
}

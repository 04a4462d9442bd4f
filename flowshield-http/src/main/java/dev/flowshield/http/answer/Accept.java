package dev.flowshield.http.answer;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the kind of body that the Accept header of a client prefers.
 *
 * <p>The most specific range that matches a kind determines its quality (RFC 9110, 12.5.1). A range
 * with a parameter, other than a charset, matches no kind, because the kinds have no parameters.
 * The qualities are compared as follows:
 * <ul>
 *   <li>text is chosen if it is preferred to JSON of either kind, and the page if it is preferred
 *       to all others;
 *   <li>problem details are chosen over JSON if they are named and their quality is not lower;
 *   <li>otherwise, and if no kind is acceptable, the default is chosen: a response in another
 *       format
 *       is more useful to the client than a 406.
 * </ul>
 *
 * <p>A malformed range is ignored. A header of more than 1,024 characters or 32 ranges gets the
 * default. Takes linear time, never throws, and allocates nothing if the header is absent or a
 * usual one.
 */
final class Accept {

  private static final int LONGEST = 1024;
  private static final int MOST_RANGES = 32;
  private static final int MOST_DECIMALS = 3;
  private static final int FULL = 1000; // quality in thousandths

  // The specificity of a range.
  private static final int ALL = 1; // */*
  private static final int TYPE = 2; // text/*
  private static final int NAMED = 3; // text/html
  private static final int QUALITY_BITS = 10;

  private final String text;
  private int at;

  // For each kind the most specific range so far: its specificity, then its quality, so that the
  // greater number counts. 0 if there is no range.
  private int json;
  private int problem;
  private int html;
  private int plain;

  private Accept(String text) {
    this.text = text;
  }

  /**
   * Returns the kind of body to send.
   *
   * @param header the value of the header, null if it is absent
   * @param byDefault {@link BodyKind#JSON}, or {@link BodyKind#PROBLEM} to send it in place of JSON
   */
  static BodyKind choose(@Nullable String header, BodyKind byDefault) {
    if (header == null
        || header.equals("*/*")
        || header.equals(BodyKind.JSON.contentType())
        || header.length() > LONGEST) {
      return byDefault;
    }
    Accept accept = new Accept(header);
    return accept.readAll() ? accept.chosen(byDefault) : byDefault;
  }

  private BodyKind chosen(BodyKind byDefault) {
    int object = Math.max(quality(json), quality(problem));
    if (quality(html) > object && quality(html) > quality(plain)) {
      return BodyKind.HTML;
    }
    if (quality(plain) > object) {
      return BodyKind.TEXT;
    }
    boolean isProblemNamed = problem > match(NAMED, 0);
    return isProblemNamed && quality(problem) == object ? BodyKind.PROBLEM : byDefault;
  }

  /** Parses all ranges; returns false if there are too many. */
  private boolean readAll() {
    for (int ranges = 0; at < text.length(); ranges++) {
      if (ranges == MOST_RANGES) {
        return false;
      }
      readRange();
      skipElement();
    }
    return true;
  }

  /** Parses a range, and stops before the next comma or where the range is malformed. */
  private void readRange() {
    skipSpace();
    int type = at;
    int typeEnd = skipToken();
    if (typeEnd == type || !skip('/')) {
      return;
    }
    int subtype = at;
    int subtypeEnd = skipToken();
    if (subtypeEnd == subtype) {
      return;
    }
    int quality = FULL;
    boolean hasParameter = false;
    skipSpace();
    while (skip(';')) {
      skipSpace();
      int name = at;
      int nameEnd = skipToken();
      if (is(name, nameEnd, "q")) {
        quality = skip('=') ? readQuality() : -1;
        if (quality < 0) {
          return;
        }
        skipParameters(); // extensions of the header, which do not change the range
        break;
      }
      hasParameter |= nameEnd > name && !is(name, nameEnd, "charset");
      skipParameterValue();
      skipSpace();
    }
    if (at < text.length() && text.charAt(at) != ',') {
      return;
    }
    if (!hasParameter) {
      count(type, typeEnd, subtype, subtypeEnd, quality);
    }
  }

  private void count(int type, int typeEnd, int subtype, int subtypeEnd, int quality) {
    boolean anySubtype = is(subtype, subtypeEnd, "*");
    if (anySubtype && is(type, typeEnd, "*")) {
      int match = match(ALL, quality);
      json = Math.max(json, match);
      problem = Math.max(problem, match);
      html = Math.max(html, match);
      plain = Math.max(plain, match);
      return;
    }
    int match = match(anySubtype ? TYPE : NAMED, quality);
    if (is(type, typeEnd, "application")) {
      json = anySubtype || is(subtype, subtypeEnd, "json") ? Math.max(json, match) : json;
      problem = anySubtype || is(subtype, subtypeEnd, "problem+json")
          ? Math.max(problem, match)
          : problem;
    } else if (is(type, typeEnd, "text")) {
      html = anySubtype || is(subtype, subtypeEnd, "html") ? Math.max(html, match) : html;
      plain = anySubtype || is(subtype, subtypeEnd, "plain") ? Math.max(plain, match) : plain;
    }
  }

  private static int match(int closeness, int quality) {
    return closeness << QUALITY_BITS | quality;
  }

  private static int quality(int match) {
    return match & ((1 << QUALITY_BITS) - 1);
  }

  /** Parses a quality in thousandths; returns -1 if it is malformed. */
  private int readQuality() {
    if (at == text.length() || (text.charAt(at) != '0' && text.charAt(at) != '1')) {
      return -1;
    }
    int quality = (text.charAt(at++) - '0') * FULL;
    if (skip('.')) {
      int unit = FULL / 10;
      for (int i = 0; i < MOST_DECIMALS && at < text.length() && isDigit(text.charAt(at)); i++) {
        quality += (text.charAt(at++) - '0') * unit;
        unit /= 10;
      }
    }
    skipSpace();
    boolean ends = at == text.length() || text.charAt(at) == ',' || text.charAt(at) == ';';
    return ends && quality <= FULL ? quality : -1;
  }

  private void skipParameterValue() {
    if (skip('=')) {
      if (skip('"')) {
        skipQuoted();
      } else {
        skipToken();
      }
    }
  }

  private void skipParameters() {
    while (at < text.length() && text.charAt(at) != ',') {
      if (skip('"')) {
        skipQuoted();
      } else {
        at++;
      }
    }
  }

  /** Skips the rest of an element, and the next comma. */
  private void skipElement() {
    skipParameters();
    at++;
  }

  private void skipQuoted() {
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    at = Math.min(at + 1, text.length()); // behind the quote, if there is one
  }

  private int skipToken() {
    while (at < text.length() && isInToken(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private void skipSpace() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  private boolean skip(char expected) {
    boolean found = at < text.length() && text.charAt(at) == expected;
    at += found ? 1 : 0;
    return found;
  }

  private boolean is(int from, int to, String name) {
    return to - from == name.length() && text.regionMatches(true, from, name, 0, name.length());
  }

  private static boolean isInToken(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || isDigit(c)
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}

package dev.flowshield.http.answer;

import org.jspecify.annotations.Nullable;

/**
 * What a client would like to read: the kind of body that its Accept header asks for.
 *
 * <p>Of the ranges that match a kind, the most specific one counts, with its quality (RFC 9110,
 * 12.5.1). A range with a parameter, other than a charset, matches none of the kinds, which have
 * no parameters. Of the qualities:
 * <ul>
 *   <li>text is chosen where it is preferred to JSON of either kind, and the page where it is
 *       preferred to all others;
 *   <li>problem details are chosen over JSON where they are named and not liked less;
 *   <li>otherwise, and where no kind is accepted, the default is chosen: an answer that the client
 *       did not ask for says more than a 406.
 * </ul>
 *
 * <p>A range that is malformed is left out. A header of more than 1,024 characters or 32 ranges is
 * not for a client that wants to be understood, and gets the default. Takes linear time, never
 * throws, and allocates nothing where the header is absent or one of the usual ones.
 */
public final class Accept {

  private static final int LONGEST = 1024;
  private static final int MOST_RANGES = 32;
  private static final int MOST_DECIMALS = 3;
  private static final int FULL = 1000; // quality in thousandths

  // How closely a range matches a kind.
  private static final int ALL = 1; // */*
  private static final int TYPE = 2; // text/*
  private static final int NAMED = 3; // text/html
  private static final int QUALITY_BITS = 10;

  private final String text;
  private int at;

  // For each kind the range that matches it best so far: how closely, and then its quality, so that
  // the greater number is the one that counts. 0 if there is none.
  private int json;
  private int problem;
  private int html;
  private int plain;

  private Accept(String text) {
    this.text = text;
  }

  /**
   * The kind of body to send.
   *
   * @param header the value of the header, null if there is none
   * @param byDefault {@link BodyKind#JSON}, or {@link BodyKind#PROBLEM} to send it in place of JSON
   */
  public static BodyKind choose(@Nullable String header, BodyKind byDefault) {
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

  /** Reads all ranges; false if there are too many. */
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

  /** Reads a range, and stops before the comma after it or wherever it is malformed. */
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
        skipParameters(); // extensions of the header, which say nothing about the range
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

  /** Reads a quality in thousandths; -1 if it is malformed. */
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

  /** Skips what is left of an element, and the comma after it. */
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

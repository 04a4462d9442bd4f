package dev.flowshield.http.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of {@code Forwarded} (RFC 7239): a list of elements such as {@code
 * for="[2001:db8::1]:4711";proto=https}, one for each proxy.
 *
 * <p>The list is parsed backwards, character by character, because a trusted proxy wrote its end.
 * Therefore text of a client before it, such as an unmatched quote, does not change the result.
 */
final class Forwarded implements ForwardedHops {

  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
  private static final String UNQUOTED_MARKS = ":[]"; // which many proxies leave unquoted

  private final List<String> headers;
  private int header;
  private String text = "";
  private int at = -1; // the end of the rest of the text; -1 if nothing is left
  private int room = MOST_TEXT;

  private @Nullable IpAddress address; // of the element that is being read

  Forwarded(List<String> headers) {
    this.headers = headers;
    this.header = headers.size();
  }

  @Override
  public @Nullable IpAddress next() {
    if (at < 0) {
      if (header == 0) {
        return null;
      }
      header--;
      text = headers.get(header);
      at = text.length();
    }
    int behind = at;
    address = null;
    boolean isValid = element();
    room -= behind - at;
    if (!isValid || room < 0) {
      return null;
    }
    at--; // the comma, or the start of the header
    return address;
  }

  /** Parses an element backwards, up to the comma before it. */
  private boolean element() {
    skipSpace();
    while (at > 0 && before() != ',') {
      if (before() == ';') { // also if a pair is missing
        at--;
        skipSpace();
      } else if (!pair()) {
        return false;
      }
    }
    return true;
  }

  /** Parses a pair backwards. The first of several addresses in one element counts. */
  private boolean pair() {
    int end = at;
    boolean isQuoted = before() == '"';
    if (isQuoted ? !skipQuoted() : !skip(UNQUOTED_MARKS)) {
      return false;
    }
    int start = at;
    if (at == 0 || before() != '=') {
      return false;
    }
    at--;
    int endOfName = at;
    if (!skip("")) {
      return false;
    }
    if (endOfName - at == 3 && text.regionMatches(true, at, "for", 0, 3)) {
      address = isQuoted ? quoted(start + 1, end - 1) : AddressParser.hop(text, start, end);
    }
    skipSpace();
    return at == 0 || before() == ';' || before() == ',';
  }

  private @Nullable IpAddress quoted(int from, int to) {
    if (text.lastIndexOf('\\', to - 1) < from) {
      return AddressParser.hop(text, from, to);
    }
    StringBuilder plain = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      if (text.charAt(i) == '\\') {
        i++;
      }
      plain.append(text.charAt(i));
    }
    return AddressParser.hop(plain.toString(), 0, plain.length());
  }

  /** Skips a quoted string backwards, to its first quote, which no backslash escapes. */
  private boolean skipQuoted() {
    at--;
    if (skipBackslashes() % 2 == 1) { // the last quote is escaped
      return false;
    }
    while (at > 0) {
      at--;
      if (text.charAt(at) == '"') {
        int quote = at;
        if (skipBackslashes() % 2 == 0) {
          at = quote;
          return true;
        }
      }
    }
    return false;
  }

  private int skipBackslashes() {
    int end = at;
    while (at > 0 && before() == '\\') {
      at--;
    }
    return end - at;
  }

  /** Skips a name or a value backwards; returns false if it is empty. */
  private boolean skip(String moreMarks) {
    int end = at;
    while (at > 0 && (isTokenCharacter(before()) || moreMarks.indexOf(before()) >= 0)) {
      at--;
    }
    return at < end;
  }

  private void skipSpace() {
    while (at > 0 && (before() == ' ' || before() == '\t')) {
      at--;
    }
  }

  private char before() {
    return text.charAt(at - 1);
  }

  private static boolean isTokenCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || TOKEN_MARKS.indexOf(c) >= 0;
  }
}

package dev.flowshield.http.policy;

import java.util.regex.Pattern;

/**
 * The key that a policy counts by.
 *
 * @param kind the source of the key
 * @param name the name of the header, the cookie or the function; otherwise empty
 */
public record PolicyKey(Kind kind, String name) {

  /** The source of a key. */
  public enum Kind {
    /** The client's address. */
    ADDRESS,
    /** No key: all requests together. */
    EVERYONE,
    /** The user that the server has authenticated. */
    PRINCIPAL,
    /** A header of the request. */
    HEADER,
    /** A cookie of the request. */
    COOKIE,
    /** A function of the application's own. */
    OWN
  }

  /** The address of the client, which is the default. */
  static final PolicyKey ADDRESS = new PolicyKey(Kind.ADDRESS, "");

  private static final String HEADER = "header:";
  private static final String COOKIE = "cookie:";
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
  private static final Pattern OWN = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /**
   * Parses a key: {@code address}, {@code everyone}, {@code principal}, {@code header:<name>},
   * {@code cookie:<name>}, or the name of a function.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  static PolicyKey parse(String text) {
    if (text.startsWith(HEADER)) {
      return new PolicyKey(Kind.HEADER, token(text, HEADER));
    }
    if (text.startsWith(COOKIE)) {
      return new PolicyKey(Kind.COOKIE, token(text, COOKIE));
    }
    return switch (text) {
      case "address" -> ADDRESS;
      case "everyone" -> new PolicyKey(Kind.EVERYONE, "");
      case "principal" -> new PolicyKey(Kind.PRINCIPAL, "");
      default -> new PolicyKey(Kind.OWN, requireOwn(text));
    };
  }

  private static String token(String text, String prefix) {
    String name = text.substring(prefix.length());
    if (!TOKEN.matcher(name).matches()) {
      throw new IllegalArgumentException("key must name the header or cookie, as in"
          + " 'header:X-Api-Key', got '" + text + "': write its name behind the colon");
    }
    return name;
  }

  /**
   * Returns a name that a function of the application can have.
   *
   * @throws IllegalArgumentException if the name is not lower-case letters, digits and dashes, or
   *     is
   *     taken
   */
  public static String requireOwn(String name) {
    boolean isTaken = !name.isEmpty() && isKnown(name);
    if (isTaken || !OWN.matcher(name).matches()) {
      throw new IllegalArgumentException("key must be address, everyone, principal, header:<name>,"
          + " cookie:<name>, or the name of a function such as 'account', got '" + name + "': "
          + (isTaken
              ? "choose another name for the function"
              : "name one in lower-case letters, digits and dashes"));
    }
    return name;
  }

  private static boolean isKnown(String name) {
    return name.equals("address") || name.equals("everyone") || name.equals("principal");
  }

  /**
   * Returns whether the key certainly belongs to the client, so that the client may know the status
   * of its limit. A function may use a mere claim of the client, such as the name in a login.
   */
  public boolean isProven() {
    return kind != Kind.OWN && kind != Kind.EVERYONE;
  }

  /** Returns whether a client may choose the key, and therefore have any number of keys. */
  public boolean isChosen() {
    return kind == Kind.HEADER || kind == Kind.COOKIE || kind == Kind.OWN;
  }

  /** Returns the text of the key in a row. */
  @Override
  public String toString() {
    return switch (kind) {
      case ADDRESS -> "address";
      case EVERYONE -> "everyone";
      case PRINCIPAL -> "principal";
      case HEADER -> HEADER + name;
      case COOKIE -> COOKIE + name;
      case OWN -> name;
    };
  }
}

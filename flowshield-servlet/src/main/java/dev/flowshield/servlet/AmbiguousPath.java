package dev.flowshield.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/**
 * What an application could take a path for that its container does not want to decode: Jetty, told
 * to let {@code %2F} and {@code %2e} pass, routes by the decoded path but throws where a filter
 * asks for it. A pure function.
 */
final class AmbiguousPath {

  private static final int HEX = 16;

  private AmbiguousPath() {}

  /**
   * The path below the context, with all escapes decoded; one that is broken stays as it is.
   *
   * @param uri the path as it came, and as the container routes by it
   */
  static String of(String uri, String context) {
    String path = uri.startsWith(context) ? uri.substring(context.length()) : uri;
    if (path.indexOf('%') < 0) {
      return path;
    }
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(path.length());
    byte[] bytes = path.getBytes(UTF_8);
    int at = 0;
    while (at < bytes.length) {
      int value = bytes[at] == '%' ? escaped(bytes, at) : -1;
      decoded.write(value < 0 ? bytes[at] : value);
      at += value < 0 ? 1 : 3;
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

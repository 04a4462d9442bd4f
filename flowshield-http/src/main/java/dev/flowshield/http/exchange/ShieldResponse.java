package dev.flowshield.http.exchange;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A response in place of the application's: a rejection, or the response of a {@link
 * RequestInterceptor}. Nothing was taken and nothing needs closing. A binding writes it as it is.
 *
 * <p>Immutable. Requests share prepared rejections; a rejection holds nothing of its request.
 */
public final class ShieldResponse implements HttpAdmission {

  /**
   * A response header.
   *
   * @param name the name of the header, a token (RFC 9110)
   * @param value its value, printable ASCII
   */
  public record Header(String name, String value) {

    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";

    /**
     * Creates a header.
     *
     * @throws IllegalArgumentException if the name or the value has characters that are not allowed
     */
    public Header {
      if (!isToken(name)) {
        throw new IllegalArgumentException("name must be the name of a header, got '"
            + printable(name) + "': write a token, as in 'Location'");
      }
      if (!isPrintable(value)) {
        throw new IllegalArgumentException(
            "value must be printable ASCII, got '" + printable(value) + "': encode it");
      }
    }

    private static boolean isToken(String name) {
      for (int i = 0; i < name.length(); i++) {
        char c = name.charAt(i);
        if (!((c >= 'a' && c <= 'z')
            || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9')
            || TOKEN_SYMBOLS.indexOf(c) >= 0)) {
          return false;
        }
      }
      return !name.isEmpty();
    }
  }

  /**
   * The time that a binding waits for the rest of a rejected request, before or after the response.
   * A connection that is closed without reading the rest is reset, and the client may lose the
   * response. A body that is later than this may never come.
   */
  public static final Duration LINGER = Duration.ofSeconds(1);

  private static final int LEAST_STATUS = 200;
  private static final int MOST_STATUS = 599;
  private static final String CONTENT_TYPE = "Content-Type";
  private static final String CONTENT_LENGTH = "Content-Length";
  private static final Set<String> OF_THE_BODY =
      Set.of(CONTENT_TYPE, CONTENT_LENGTH, "Content-Security-Policy");
  private static final byte[] NO_BODY = {};

  private final int status;
  private final List<Header> headers;
  private final byte[] body;
  private final boolean closesConnection;

  private ShieldResponse(int status, List<Header> headers, byte[] body, boolean closesConnection) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.closesConnection = closesConnection;
  }

  /**
   * Creates a response that no cache stores.
   *
   * @param status the status code, 200 to 599
   * @param contentType the value of {@code Content-Type}, as in {@code text/html; charset=utf-8}
   * @param body its bytes, copied
   * @throws IllegalArgumentException if the status is out of range, or the content type has
   *     characters that are not allowed in a header
   */
  public static ShieldResponse of(int status, String contentType, byte[] body) {
    return wrap(status, contentType, body.clone());
  }

  /**
   * Creates a response that keeps the array of its body. As {@link #of(int, String, byte[])}, for a
   * body that many responses share.
   *
   * @param body its bytes, which must not change afterwards
   */
  public static ShieldResponse wrap(int status, String contentType, byte[] body) {
    if (status < LEAST_STATUS || status > MOST_STATUS) {
      throw new IllegalArgumentException(
          "status must be 200 to 599, got " + status + ": choose the one that fits the answer");
    }
    requireContentType(contentType);
    return new ShieldResponse(
        status,
        List.of(
            new Header(CONTENT_TYPE, contentType),
            length(body),
            new Header("Cache-Control", "no-store")),
        body,
        false);
  }

  private static Header length(byte[] body) {
    return new Header(CONTENT_LENGTH, Integer.toString(body.length));
  }

  private static void requireContentType(String contentType) {
    if (contentType.isBlank() || !isPrintable(contentType)) {
      throw new IllegalArgumentException("contentType must be printable ASCII, got '"
          + printable(contentType) + "': write a media type such as 'text/html; charset=utf-8'");
    }
  }

  private static boolean isPrintable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }

  private static String printable(String text) {
    return text.replaceAll("[^ -~]", "?");
  }

  /**
   * Returns this response with one more header.
   *
   * @throws IllegalArgumentException if the response has the header, or if its name or value has
   *     characters that are not allowed
   */
  public ShieldResponse with(String name, String value) {
    Header header = new Header(name, value);
    if (has(headers, header)) {
      throw new IllegalArgumentException(
          "name must be a header that the response does not have yet," + " got '" + name
              + "': write another one, as in 'Location'");
    }
    return withMissing(List.of(header));
  }

  /** Returns this response with those of the headers that it does not have yet. */
  public ShieldResponse withMissing(List<Header> more) {
    List<Header> all = new ArrayList<>(headers.size() + more.size());
    all.addAll(headers);
    for (Header header : more) {
      if (!has(all, header)) {
        all.add(header);
      }
    }
    return new ShieldResponse(status, List.copyOf(all), body, closesConnection);
  }

  private static boolean has(List<Header> all, Header sought) {
    for (Header header : all) {
      if (header.name.equalsIgnoreCase(sought.name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns this response with another body. The status and all other headers stay, such as {@code
   * Retry-After} and {@code Cache-Control}; only {@code Content-Security-Policy} is removed,
   * because it belongs to the page that is replaced.
   *
   * @param contentType the value of {@code Content-Type}, as in {@code text/html; charset=utf-8}
   * @param newBody its bytes, copied
   * @throws IllegalArgumentException if the content type is empty or has characters that are not
   *     allowed in a header
   */
  public ShieldResponse withBody(String contentType, byte[] newBody) {
    requireContentType(contentType);
    byte[] copy = newBody.clone();
    List<Header> others = new ArrayList<>(headers.size());
    others.add(new Header(CONTENT_TYPE, contentType));
    others.add(length(copy));
    for (Header header : headers) {
      if (!OF_THE_BODY.contains(header.name())) {
        others.add(header);
      }
    }
    return new ShieldResponse(status, List.copyOf(others), copy, closesConnection);
  }

  /** Returns the response to HEAD: the same status and headers, without the body. */
  public ShieldResponse withoutBody() {
    return new ShieldResponse(status, headers, NO_BODY, closesConnection);
  }

  /** Returns this response for a request whose body is not worth reading. */
  public ShieldResponse closingConnection() {
    return new ShieldResponse(status, headers, body, true);
  }

  /** Returns the status code. */
  public int status() {
    return status;
  }

  /**
   * Returns the headers in the order to write them, each name once. {@code Content-Length} is among
   * them, for HEAD as well.
   */
  public List<Header> headers() {
    return headers;
  }

  /** Returns a copy of the bytes of the body; empty for HEAD. */
  public byte[] body() {
    return body.length == 0 ? NO_BODY : body.clone();
  }

  /**
   * Returns whether to close an HTTP/1 connection after {@link #LINGER}, and to announce that in
   * the response, because more of the request's body may arrive than is worth reading. If false, a
   * short body may still arrive; close the connection only if it has not arrived by then. HTTP/2
   * and above close the stream alone.
   */
  public boolean closesConnection() {
    return closesConnection;
  }

  @Override
  public String toString() {
    return "ShieldResponse[" + status + " " + headers + " "
        + new String(body, StandardCharsets.UTF_8) + "]";
  }
}

package dev.flowshield.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The answer to a request that is not handed on: a rejection, or what a {@link RequestInterceptor} has to say.
 * Nothing was taken and nothing needs closing; a binding writes it as it is.
 *
 * <p>Immutable. A rejection is ready-made and shared between requests; it holds nothing of the
 * request it answers.
 */
public final class ShieldResponse implements HttpAdmission {

  /**
   * A header of the answer.
   *
   * @param name the header's name
   * @param value its value
   */
  public record Header(String name, String value) {}

  /**
   * How long a binding lets the rest of a rejected request come in, before or after the answer. Not
   * to read it at all would reset a connection that is closed, and the client may lose an answer
   * that it has not read; but what is not there by then may never come.
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
   * An answer of a {@link RequestInterceptor}, which no cache stores.
   *
   * @param status the status code, 200 to 599
   * @param contentType the value of {@code Content-Type}, as in {@code text/html; charset=utf-8}
   * @param body its bytes, copied
   * @throws IllegalArgumentException if the status is none, or the content type has characters that
   *     may not stand in a header
   */
  public static ShieldResponse of(int status, String contentType, byte[] body) {
    if (status < LEAST_STATUS || status > MOST_STATUS) {
      throw new IllegalArgumentException(
          "status must be 200 to 599, got " + status + ": choose the one that fits the answer");
    }
    requireValue(contentType);
    return forGood(status, contentType, body.clone());
  }

  /**
   * The same with one more header.
   *
   * @throws IllegalArgumentException if the answer has the header, or if its name or value has
   *     characters that may not stand there
   */
  public ShieldResponse with(String name, String value) {
    boolean isName = !name.isEmpty() && name.chars().allMatch(ShieldResponse::isTokenCharacter);
    if (!isName || headers.stream().anyMatch(header -> header.name().equalsIgnoreCase(name))) {
      throw new IllegalArgumentException(
          "name must be that of a header that the answer lacks, got '"
              + name.replaceAll("[^ -~]", "?") + "': write another one, as in 'Location'");
    }
    if (!value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException("value must be printable ASCII, got '"
          + value.replaceAll("[^ -~]", "?") + "': encode it");
    }
    return with(List.of(new Header(name, value)));
  }

  private static boolean isTokenCharacter(int c) {
    return (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  static ShieldResponse of(
      int status, long retryAfterSeconds, String contentType, byte[] body, List<Header> more) {
    List<Header> headers = new ArrayList<>();
    headers.add(new Header(CONTENT_TYPE, contentType));
    headers.add(length(body));
    headers.add(new Header("Cache-Control", "no-store"));
    headers.add(new Header("Retry-After", Long.toString(retryAfterSeconds)));
    headers.addAll(more);
    return new ShieldResponse(status, List.copyOf(headers), body, false);
  }

  /** An answer after which coming back does not help. */
  static ShieldResponse forGood(int status, String contentType, byte[] body) {
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

  /** The same with more headers, of other names. */
  ShieldResponse with(List<Header> more) {
    List<Header> all = new ArrayList<>(headers.size() + more.size());
    all.addAll(headers);
    all.addAll(more);
    return new ShieldResponse(status, List.copyOf(all), body, closesConnection);
  }

  /**
   * The same with another body, for a {@link RejectionRenderer}. The status and all other headers
   * stay, such as {@code Retry-After} and {@code Cache-Control}; only
   * {@code Content-Security-Policy} goes, as it is for the page that goes.
   *
   * @param contentType the value of {@code Content-Type}, as in {@code text/html; charset=utf-8}
   * @param newBody its bytes, copied
   * @throws IllegalArgumentException if the content type is empty or has characters that may not
   *     stand in a header
   */
  public ShieldResponse withBody(String contentType, byte[] newBody) {
    requireValue(contentType);
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

  private static void requireValue(String contentType) {
    if (contentType.isBlank() || !contentType.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "contentType must be printable ASCII, got '" + contentType.replaceAll("[^ -~]", "?")
              + "': write a media type such as 'text/html; charset=utf-8'");
    }
  }

  /** The answer to HEAD: what the answer to GET would be, without its body. */
  ShieldResponse withoutBody() {
    return new ShieldResponse(status, headers, NO_BODY, closesConnection);
  }

  /** The answer to a request whose body is not worth reading. */
  ShieldResponse closingConnection() {
    return new ShieldResponse(status, headers, body, true);
  }

  /** The status code. */
  public int status() {
    return status;
  }

  /**
   * The headers in the order to write them, each name once. {@code Content-Length} stands among
   * them, for HEAD as well.
   */
  public List<Header> headers() {
    return headers;
  }

  /** The bytes of the body, a copy to keep; none for HEAD. */
  public byte[] body() {
    return body.length == 0 ? NO_BODY : body.clone();
  }

  /**
   * Whether to say in the answer that the connection is closed, if it is one of HTTP/1, and to
   * close it after {@link #LINGER}: more of the request's body may be on its way than is worth
   * reading. If not, a short body may still be on its way; the connection is closed only if the
   * body has not come by then. On HTTP/2 and above there is nothing to close but the stream.
   */
  public boolean closesConnection() {
    return closesConnection;
  }

  @Override
  public String toString() {
    return "HttpAnswer[" + status + " " + headers + " " + new String(body, StandardCharsets.UTF_8)
        + "]";
  }
}

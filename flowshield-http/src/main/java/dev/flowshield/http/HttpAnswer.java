package dev.flowshield.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The answer to a request that is not handed on: a rejection, or what a {@link Door} has to say.
 * Nothing was taken and nothing needs closing; a binding writes it as it is.
 *
 * <p>Immutable. A rejection is ready-made and shared between requests; it holds nothing of the
 * request it answers.
 */
public final class HttpAnswer implements HttpAdmission {

  /**
   * A field of the answer.
   *
   * @param name the field's name
   * @param value its value
   */
  public record Field(String name, String value) {}

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
  private final List<Field> fields;
  private final byte[] body;
  private final boolean closesConnection;

  private HttpAnswer(int status, List<Field> fields, byte[] body, boolean closesConnection) {
    this.status = status;
    this.fields = fields;
    this.body = body;
    this.closesConnection = closesConnection;
  }

  /**
   * An answer of a {@link Door}, which no cache stores.
   *
   * @param status the status code, 200 to 599
   * @param contentType the value of {@code Content-Type}, as in {@code text/html; charset=utf-8}
   * @param body its bytes, copied
   * @throws IllegalArgumentException if the status is none, or the content type has characters that
   *     may not stand in a field
   */
  public static HttpAnswer of(int status, String contentType, byte[] body) {
    if (status < LEAST_STATUS || status > MOST_STATUS) {
      throw new IllegalArgumentException(
          "status must be 200 to 599, got " + status + ": choose the one that fits the answer");
    }
    requireValue(contentType);
    return forGood(status, contentType, body.clone());
  }

  /**
   * The same with one more field.
   *
   * @throws IllegalArgumentException if the answer has the field, or if its name or value has
   *     characters that may not stand there
   */
  public HttpAnswer with(String name, String value) {
    boolean isName = !name.isEmpty() && name.chars().allMatch(HttpAnswer::isTokenCharacter);
    if (!isName || fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(name))) {
      throw new IllegalArgumentException("name must be that of a field that the answer lacks, got '"
          + name.replaceAll("[^ -~]", "?") + "': write another one, as in 'Location'");
    }
    if (!value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException("value must be printable ASCII, got '"
          + value.replaceAll("[^ -~]", "?") + "': encode it");
    }
    return with(List.of(new Field(name, value)));
  }

  private static boolean isTokenCharacter(int c) {
    return (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  static HttpAnswer of(
      int status, long retryAfterSeconds, String contentType, byte[] body, List<Field> more) {
    List<Field> fields = new ArrayList<>();
    fields.add(new Field(CONTENT_TYPE, contentType));
    fields.add(length(body));
    fields.add(new Field("Cache-Control", "no-store"));
    fields.add(new Field("Retry-After", Long.toString(retryAfterSeconds)));
    fields.addAll(more);
    return new HttpAnswer(status, List.copyOf(fields), body, false);
  }

  /** An answer after which coming back does not help. */
  static HttpAnswer forGood(int status, String contentType, byte[] body) {
    return new HttpAnswer(
        status,
        List.of(
            new Field(CONTENT_TYPE, contentType),
            length(body),
            new Field("Cache-Control", "no-store")),
        body,
        false);
  }

  private static Field length(byte[] body) {
    return new Field(CONTENT_LENGTH, Integer.toString(body.length));
  }

  /** The same with more fields, of other names. */
  HttpAnswer with(List<Field> more) {
    List<Field> all = new ArrayList<>(fields.size() + more.size());
    all.addAll(fields);
    all.addAll(more);
    return new HttpAnswer(status, List.copyOf(all), body, closesConnection);
  }

  /**
   * The same with another body, for a {@link RejectionRenderer}. The status and all other fields
   * stay, such as {@code Retry-After} and {@code Cache-Control}; only
   * {@code Content-Security-Policy} goes, as it is for the page that goes.
   *
   * @param contentType the value of {@code Content-Type}, as in {@code text/html; charset=utf-8}
   * @param newBody its bytes, copied
   * @throws IllegalArgumentException if the content type is empty or has characters that may not
   *     stand in a field
   */
  public HttpAnswer withBody(String contentType, byte[] newBody) {
    requireValue(contentType);
    byte[] copy = newBody.clone();
    List<Field> others = new ArrayList<>(fields.size());
    others.add(new Field(CONTENT_TYPE, contentType));
    others.add(length(copy));
    for (Field field : fields) {
      if (!OF_THE_BODY.contains(field.name())) {
        others.add(field);
      }
    }
    return new HttpAnswer(status, List.copyOf(others), copy, closesConnection);
  }

  private static void requireValue(String contentType) {
    if (contentType.isBlank() || !contentType.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "contentType must be printable ASCII, got '" + contentType.replaceAll("[^ -~]", "?")
              + "': write a media type such as 'text/html; charset=utf-8'");
    }
  }

  /** The answer to HEAD: what the answer to GET would be, without its body. */
  HttpAnswer withoutBody() {
    return new HttpAnswer(status, fields, NO_BODY, closesConnection);
  }

  /** The answer to a request whose body is not worth reading. */
  HttpAnswer closingConnection() {
    return new HttpAnswer(status, fields, body, true);
  }

  /** The status code. */
  public int status() {
    return status;
  }

  /**
   * The fields in the order to write them, each name once. {@code Content-Length} stands among
   * them, for HEAD as well.
   */
  public List<Field> fields() {
    return fields;
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
    return "HttpAnswer[" + status + " " + fields + " " + new String(body, StandardCharsets.UTF_8)
        + "]";
  }
}

package dev.flowshield.http;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The answer to a request that may not run, ready-made. Nothing was taken and nothing needs
 * closing; a binding writes it as it is.
 *
 * <p>Immutable and shared between requests; it holds nothing of the request it answers.
 */
public final class HttpRejection implements HttpAdmission {

  /**
   * A field of the answer.
   *
   * @param name the field's name
   * @param value its value
   */
  public record Field(String name, String value) {}

  private static final byte[] NO_BODY = {};

  private final int status;
  private final List<Field> fields;
  private final byte[] body;
  private final boolean closesConnection;

  private HttpRejection(int status, List<Field> fields, byte[] body, boolean closesConnection) {
    this.status = status;
    this.fields = fields;
    this.body = body;
    this.closesConnection = closesConnection;
  }

  static HttpRejection of(int status, long retryAfterSeconds, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    List<Field> fields = List.of(
        new Field("Content-Type", "application/json"),
        new Field("Content-Length", Integer.toString(body.length)),
        new Field("Cache-Control", "no-store"),
        new Field("Retry-After", Long.toString(retryAfterSeconds)));
    return new HttpRejection(status, fields, body, false);
  }

  /** The answer to HEAD: what the answer to GET would be, without its body. */
  HttpRejection withoutBody() {
    return new HttpRejection(status, fields, NO_BODY, closesConnection);
  }

  /** The answer to a request whose body is not worth reading. */
  HttpRejection closingConnection() {
    return new HttpRejection(status, fields, body, true);
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
   * Whether to close the connection, if it is one of HTTP/1 and the server leaves that to the
   * binding: more of the request's body may be on its way than is worth reading. On HTTP/2 and
   * above there is nothing to close but the stream, which ends with the answer.
   */
  public boolean closesConnection() {
    return closesConnection;
  }

  @Override
  public String toString() {
    return "HttpRejection[" + status + " " + fields + " " + new String(body, StandardCharsets.UTF_8)
        + "]";
  }
}

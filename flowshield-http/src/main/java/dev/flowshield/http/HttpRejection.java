package dev.flowshield.http;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The answer to a request that may not run, ready-made. Nothing was taken and nothing needs closing; a binding writes it as it is.
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

  private HttpRejection(int status, List<Field> fields, byte[] body) {
    this.status = status;
    this.fields = fields;
    this.body = body;
  }

  static HttpRejection of(int status, long retryAfterSeconds, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    List<Field> fields = List.of(
        new Field("Content-Type", "application/json"),
        new Field("Content-Length", Integer.toString(body.length)),
        new Field("Cache-Control", "no-store"),
        new Field("Retry-After", Long.toString(retryAfterSeconds)));
    return new HttpRejection(status, fields, body);
  }

  /** The answer to HEAD: what the answer to GET would be, without its body. */
  HttpRejection withoutBody() {
    return new HttpRejection(status, fields, NO_BODY);
  }

  /** The status code. */
  public int status() {
    return status;
  }

  /** The fields in the order to write them, each name once. {@code Content-Length} stands among them, for HEAD as well. */
  public List<Field> fields() {
    return fields;
  }

  /** The bytes of the body, a copy to keep; none for HEAD. */
  public byte[] body() {
    return body.length == 0 ? NO_BODY : body.clone();
  }

  @Override
  public String toString() {
    return "HttpRejection[" + status + " " + fields + " " + new String(body, StandardCharsets.UTF_8)
        + "]";
  }
}

package dev.flowshield.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a visitor has seen of one request. Two are equal if they differ in nothing but what differs
 * by nature.
 *
 * @param request the method and the path
 * @param version of the protocol
 * @param headers by their names in lower case
 * @param body each byte a char
 */
record Seen(
    String request, String version, int status, Map<String, List<String>> headers, String body) {

  static Seen of(HttpResponse<byte[]> response) {
    return of(response, new String(response.body(), StandardCharsets.ISO_8859_1));
  }

  static Seen of(HttpResponse<?> response, String body) {
    int port = response.request().uri().getPort();
    Map<String, List<String>> headers = new TreeMap<>();
    response.headers().map().forEach((name, values) -> {
      if (!name.equals("date")) {
        headers.put(name, values.stream().map(each -> alike(each, port)).toList());
      }
    });
    return new Seen(
        response.request().method() + " " + response.request().uri().getPath(),
        response.version().name(),
        response.statusCode(),
        headers,
        body.replace("127.0.0.1:" + port, "host"));
  }

  /**
   * Besides the date, this is all that differs by nature between two servers: their ports, and the
   * sessions that they make.
   */
  private static String alike(String value, int port) {
    return value
        .replace("127.0.0.1:" + port, "host")
        .replaceFirst("^((?:JSESSIONID|vertx-web.session)=)[^;]*", "$1…");
  }

  /** Says what the status must be. */
  Seen is(int expected) {
    assertThat(status).as(toString()).isEqualTo(expected);
    return this;
  }

  /** The values of a header, none if it is absent. */
  List<String> values(String name) {
    return headers.getOrDefault(name, List.of());
  }

  /** For a message: a body can be long. */
  @Override
  public String toString() {
    String start =
        body.substring(0, Math.min(body.length(), 200)).replaceAll("[^\\p{Print}\n]", "?");
    return request + " " + version + " " + status + " " + headers + " " + body.length() + " bytes: "
        + start;
  }
}

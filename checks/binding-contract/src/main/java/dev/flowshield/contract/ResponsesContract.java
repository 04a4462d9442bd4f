package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Tests of the responses to a client, and of its connection, which must stay usable. */
interface ResponsesContract {

  Fixture fixture();

  @Test
  default void rejectsInTheWordsOfTheShield() throws Exception {
    fixture().perClient("1/4s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    WireResponse answer = client.get("/hello?q=script", "X-Echo: <script>");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Content-Type")).containsExactly("application/json");
    assertThat(answer.values("Content-Length")).containsExactly("91");
    assertThat(answer.values("Cache-Control")).containsExactly("no-store");
    assertThat(answer.values("Retry-After")).containsExactly("4");
    assertThat(answer.values("RateLimit-Policy")).containsExactly("\"client\";q=1;w=4");
    assertThat(answer.values("RateLimit")).containsExactly("\"client\";r=0;t=4");
    assertThat(answer.values("Transfer-Encoding")).isEmpty();
    assertThat(answer.values("Connection")).doesNotContain("close");
    assertThat(answer.body())
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Rate limit exceeded\",\"retry_after\":4,"
            + "\"limit\":1,\"mode\":\"per-ip\"}");
    assertThat(String.join("\n", answer.headers()).toLowerCase(Locale.ROOT))
        .doesNotContain("flowshield", "script");
  }

  @Test
  default void rejectsABrowserWithThePage() throws Exception {
    fixture().perClient("1/4s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    WireResponse answer = client.get("/hello", "Accept: text/html,application/xhtml+xml,*/*;q=0.8");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Content-Type"))
        .singleElement()
        .asString()
        .isEqualToIgnoringWhitespace("text/html;charset=utf-8"); // some servers differ
    assertThat(answer.values("Content-Length"))
        .containsExactly(Integer.toString(answer.body().length()));
    assertThat(answer.values("Cache-Control")).containsExactly("no-store");
    assertThat(answer.values("Retry-After")).containsExactly("4");
    assertThat(answer.values("RateLimit")).containsExactly("\"client\";r=0;t=4");
    assertThat(answer.values("X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(answer.values("Content-Security-Policy"))
        .singleElement()
        .asString()
        .startsWith("default-src 'none'; style-src 'sha256-");
    assertThat(answer.body())
        .startsWith("<!doctype html>")
        .contains("<title>Too many requests</title>", "Please wait 4 seconds.")
        .endsWith("</html>\n");
  }

  @Test
  default void rejectsWithProblemDetailsWhereTheyAreAskedFor() throws Exception {
    fixture().perClient("1/4s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    WireResponse answer = client.get("/hello", "Accept: application/problem+json");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Content-Type")).containsExactly("application/problem+json");
    assertThat(answer.values("Retry-After")).containsExactly("4");
    assertThat(answer.body())
        .isEqualTo("{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\","
            + "\"title\":\"Too Many Requests\",\"status\":429,"
            + "\"violated-policies\":[\"client\"]}");
  }

  @Test
  default void rejectsHeadWithTheSameFieldsAndNoBody() throws Exception {
    fixture().perClient("1/4s");
    Connection client = fixture().connect(1);
    WireResponse admitted = client.head("/hello");
    assertThat(admitted.status()).isEqualTo(200);
    WireResponse answer = client.head("/hello");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Content-Type")).containsExactly("application/json");
    assertThat(answer.values("Cache-Control")).containsExactly("no-store");
    assertThat(answer.values("Retry-After")).containsExactly("4");
    assertThat(answer.values("Content-Length")).containsExactly("91");
    // With a body, the next response would not begin at its place.
    assertThat(client.get("/hello").status()).isEqualTo(429);
  }

  @Test
  default void aConnectionStaysUsableAfterARejection() throws Exception {
    fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    for (int i = 0; i < 20; i++) {
      assertThat(client.get("/hello").status()).isEqualTo(200);
      assertThat(client.get("/hello").status()).isEqualTo(429);
      fixture().ticker().advance(Duration.ofSeconds(1));
    }
  }

  @Test
  default void rejectsRequestsThatComeInOneGo() throws Exception {
    fixture().perClient("1/h");
    Connection client = fixture().connect(1);
    client.write("GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(5));
    assertThat(client.read().status()).isEqualTo(200);
    for (int i = 0; i < 4; i++) {
      assertThat(client.read().status()).isEqualTo(429);
    }
  }

  @Test
  default void anOddRequestThatIsAdmittedIsAnsweredAsWithoutAShield() throws Exception {
    ServerUnderTest unprotected = fixture().startUnprotected();
    fixture().perClient("100/s");
    for (String line : List.of(
        "GET /% HTTP/1.1",
        "GET /hello%4 HTTP/1.1",
        "GET /%zz/hello HTTP/1.1",
        "GET /%c3%28 HTTP/1.1",
        "GET /%00 HTTP/1.1",
        "GET /../hello HTTP/1.1",
        "GET hello HTTP/1.1",
        "GET ? HTTP/1.1",
        "GET http://127.0.0.1/hello HTTP/1.1",
        "GET http://127.0.0.1 HTTP/1.1",
        "GET http:///% HTTP/1.1",
        "GET /hello HTTP/1.0",
        "GET /hello HTTP/1.2",
        "OPTIONS * HTTP/1.1",
        "CONNECT 127.0.0.1:80 HTTP/1.1",
        "CONNECT /hello HTTP/1.1",
        "OTHER /hello HTTP/1.1")) {
      String request = line + "\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
      try (Connection without = Connection.to(unprotected.port())) {
        Connection with = fixture().connect(1);
        without.write(request);
        with.write(request);
        assertThat(with.readUnlessEnded())
            .as(line)
            .usingRecursiveComparison()
            .ignoringFields("headers") // they contain the time
            .isEqualTo(without.readUnlessEnded());
      }
    }
  }
}

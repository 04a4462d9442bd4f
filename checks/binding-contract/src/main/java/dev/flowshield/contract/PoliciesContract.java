package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HELLO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.HeaderMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of the policy that applies to a request: by the path with which the server routes it, and
 * by its response.
 */
interface PoliciesContract {

  Fixture fixture();

  private HttpShieldBuilder perClient(String limit) {
    return HttpShield.builder()
        .perClient(limit)
        .operations(o -> o.ticker(fixture().ticker()));
  }

  @Test
  default void chargesARouteByItsPolicy() throws Exception {
    fixture()
        .shields(perClient("2/h").policies("GET /hello * 1/h\n* /echo * off").build());
    Connection client = fixture().connect(1);
    assertThat(client.get("/hello?a=b").status()).isEqualTo(200);
    assertThat(client.head("/hello").status()).isEqualTo(429);
    for (int i = 0; i < 3; i++) {
      client.send("POST", "/echo", "Content-Length: 2");
      client.write("hi");
      assertThat(client.read().body()).isEqualTo("hi");
    }
    client.get("/nowhere");
    client.get("/nowhere/else");
    assertThat(client.get("/nowhere").status()).isEqualTo(429);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/hello",
        "//hello",
        "/hello/",
        "/hello//",
        "/HELLO",
        "/hello;x=1",
        "/;x/hello",
        "/%68ello",
        "/./hello",
        "/%2e/hello",
        "/%2E/hello",
        "/x/../hello",
        "/x/%2e%2e/hello",
        "/x/..;/hello",
        "/x%2f..%2fhello",
        "/hello%2f",
        "/%2fhello",
        "/hello%00",
        "/hello%3bx",
        "/hello/.",
        "/hello/x/..",
        "/hello?x",
        "http://127.0.0.1/hello",
        "http://127.0.0.1//hello",
      })
  default void isNotEscapedByAnotherSpelling(String path) throws Exception {
    fixture().shields(perClient("1000/h").policies("* /hello * 1/h").build());
    Connection client = fixture().connect(1);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    WireResponse answer = fixture().connect(1).get(path);
    assertThat(answer.body()).isNotEqualTo(HELLO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/below",
        "/below/",
        "/BELOW/x",
        "/below/../x",
        "/below/%2e%2e/x",
        "/below/.%2e/x",
        "/below/..;/x",
        "/below/..;a=b/x",
        "/below/..%3b/x",
        "/below/..%3B/..%3B/x",
        "/below/%2e%2e;/x",
        "/below/..%2Fx",
        "/below/%2e%2e%2fx",
        "/below%2f..%2fx",
        "/below/x%2f..%2f..%2fy",
        "/below/..%5cx",
        "/below/%252e%252e/x",
        "/below/..%252fx",
        "/below/..//../x",
        "/below/./../x",
        "/below/;/../x",
        "/below;/../x",
        "/x/..;/below/y",
        "/x/..%3b/below/y",
        "/x%2f..%2fbelow/y",
        "/%62elow/../x",
        "/below/..%00/x",
        "/below/%zz/../x",
        "http://127.0.0.1/below/..;/x",
      })
  default void isNotLeftByAPathThatSeemsToGoUp(String path) throws Exception {
    fixture().shields(perClient("1000/h").policies("* /below/** * 1/h").build());
    assertThat(fixture().connect(1).get("/below/x").body()).isEqualTo(HELLO);
    WireResponse answer = fixture().connect(1).get(path);
    assertThat(answer.body()).isNotEqualTo(HELLO);
  }

  @Test
  default void chargesOnlyTheResponsesOfAStatus() throws Exception {
    HttpShield shield = fixture()
        .shields(perClient("1000/h").policies("* /** * 2/h on=status:5xx").build());
    Connection client = fixture().connect(1);
    for (int i = 0; i < 4; i++) {
      assertThat(client.get("/hello").status()).isEqualTo(200);
      Fixture.awaitNothingInFlight(shield);
    }
    for (int i = 0; i < 2; i++) {
      assertThat(fixture().connect(1).get("/fail").status()).isGreaterThanOrEqualTo(500);
      Fixture.awaitNothingInFlight(shield);
    }
    assertThat(fixture().connect(1).get("/hello").status()).isEqualTo(429);
  }

  @Test
  default void tellsAnAdmittedClientHowItStandsIfAsked() throws Exception {
    fixture()
        .shields(perClient("2/min").responses(r -> r.headers(HeaderMode.ALWAYS)).build());
    Connection client = fixture().connect(1);
    WireResponse answer = client.get("/hello");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.values("RateLimit-Policy")).containsExactly("\"client\";q=2;w=60");
    assertThat(answer.values("RateLimit")).containsExactly("\"client\";r=1");
    assertThat(client.get("/health").values("RateLimit")).isEmpty();
  }

  @Test
  default void chargesWhatTheApplicationSays() throws Exception {
    HttpShield shield = fixture()
        .shields(perClient("1000/h").policies("* /cost * 10/h cost=later").build());
    assertThat(fixture().connect(1).get("/cost").status()).isEqualTo(200);
    Fixture.awaitNothingInFlight(shield);
    assertThat(shield.engine().peek("cost", "127.0.0.1").remaining())
        .isEqualTo(10 - Application.COST);
  }

  @Test
  default void keepsASecretApartFromOthers() throws Exception {
    fixture()
        .shields(
            perClient("1000/h").policies("* /** * 1/h key=header:X-Api-Key").build());
    Connection client = fixture().connect(1);
    assertThat(client.get("/hello", "X-Api-Key: a").status()).isEqualTo(200);
    assertThat(client.get("/hello", "x-api-key: a").status()).isEqualTo(429);
    assertThat(client.get("/hello", "X-Api-Key: b").status()).isEqualTo(200);
    assertThat(fixture().connect(2).get("/hello", "X-Api-Key: b").status()).isEqualTo(429);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").status()).isEqualTo(429);
  }
}

package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HELLO;
import static dev.flowshield.contract.Fixture.awaitNothingInFlight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.HeaderMode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests of the number of requests that a binding admits, from one client and from all. */
interface LimitsContract {

  Fixture fixture();

  @Test
  default void admitsUpToTheLimitAndRejectsTheNext() throws Exception {
    HttpShield shield = fixture().perClient("5/s");
    Connection client = fixture().connect(1);
    for (int i = 0; i < 5; i++) {
      WireResponse answer = client.get("/hello");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(HELLO);
    }
    assertThat(client.get("/hello").status()).isEqualTo(429);
    assertThat(shield.stats().admitted()).isEqualTo(5);
    assertThat(shield.stats().overLimit()).isEqualTo(1);
  }

  @Test
  default void admitsAgainAfterThePromisedWaitAndNotANanosecondSooner() throws Exception {
    fixture().perClient("1/4s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    long promised = Long.parseLong(client.get("/hello").values("Retry-After").get(0));
    fixture().ticker().advance(Duration.ofSeconds(promised).minusNanos(1));
    assertThat(client.get("/hello").status()).isEqualTo(429);
    fixture().ticker().advance(Duration.ofNanos(1));
    assertThat(client.get("/hello").status()).isEqualTo(200);
  }

  @Test
  default void everyonesLimitIsEveryones() throws Exception {
    fixture()
        .shields(HttpShield.builder()
            .limit("1/s")
            .operations(o -> o.ticker(fixture().ticker()))
            .build());
    assertThat(fixture().connect(1).get("/hello").status()).isEqualTo(200);
    assertThat(fixture().connect(2).get("/hello").body()).contains("\"mode\":\"global\"");
  }

  @Test
  default void aShieldThatIsOffLetsAllPassAndCountsNothing() throws Exception {
    HttpShield shield = fixture()
        .shields(HttpShield.builder()
            .perClient("1/h")
            .limit("1/h")
            .inFlight(1)
            .clients(c -> c.deny("loopback"))
            .responses(r -> r.headers(HeaderMode.ALWAYS))
            .operations(o -> o.enabled(false).ticker(fixture().ticker()))
            .build());
    Connection client = fixture().connect(1);
    fixture().application().closeGate();
    client.send("GET", "/async");
    fixture().application().awaitArrival();
    Connection other = fixture().connect(1);
    for (int i = 0; i < 3; i++) {
      WireResponse answer = other.get("/hello");
      assertThat(answer.body()).isEqualTo(HELLO);
      assertThat(answer.values("RateLimit")).isEmpty();
    }
    fixture().application().openGate();
    assertThat(client.read().body()).isEqualTo(HELLO);
    assertThat(shield.stats().admitted()).isZero();
    assertThat(shield.denied()).isZero();
  }

  @Test
  default void twoHandlersWithOneShieldChargeOnce() throws Exception {
    HttpShield shield = HttpShield.builder()
        .perClient("2/s")
        .operations(o -> o.ticker(fixture().ticker()))
        .build();
    fixture().shields(shield, shield);
    Connection client = fixture().connect(1);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").status()).isEqualTo(429);
    assertThat(shield.stats().admitted()).isEqualTo(2);
    awaitNothingInFlight(shield);
  }

  @Test
  default void twoShieldsEachCharge() throws Exception {
    HttpShield outer = HttpShield.builder()
        .perClient("10/s")
        .operations(o -> o.ticker(fixture().ticker()))
        .build();
    HttpShield inner = HttpShield.builder()
        .perClient("2/s")
        .operations(o -> o.ticker(fixture().ticker()))
        .build();
    fixture().shields(outer, inner);
    Connection client = fixture().connect(1);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").body()).contains("\"limit\":2,");
    assertThat(outer.stats().admitted()).isEqualTo(3);
    assertThat(inner.stats().admitted()).isEqualTo(2);
    awaitNothingInFlight(outer);
    awaitNothingInFlight(inner);
  }
}

package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which client a binding takes a request for. */
interface ClientsContract {

  Fixture fixture();

  @Test
  default void keepsClientsApart() throws Exception {
    fixture().perClient("2/s");
    for (int host = 1; host <= 2; host++) {
      Connection client = fixture().connect(host);
      assertThat(client.get("/hello").status()).isEqualTo(200);
      assertThat(client.get("/hello").status()).isEqualTo(200);
      assertThat(client.get("/hello").status()).isEqualTo(429);
      assertThat(fixture().connect(host).get("/hello").status()).isEqualTo(429);
    }
  }

  @Test
  default void believesNoFieldOfTheRequestAboutTheClient() throws Exception {
    fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    client.get("/hello", "X-Forwarded-For: 203.0.113.1", "Forwarded: for=203.0.113.1");
    assertThat(client
            .get("/hello", "X-Forwarded-For: 203.0.113.2", "Forwarded: for=203.0.113.2")
            .status())
        .isEqualTo(429);
  }
}

package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
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

  @Test
  default void believesATrustedProxyAboutTheClient() throws Exception {
    fixture().shields(onePerClient().clients(c -> c.trustedProxies("loopback")).build());
    Connection proxy = fixture().connect(1);
    Connection another = fixture().connect(2);
    assertThat(proxy.get("/hello", "X-Forwarded-For: 203.0.113.1").status()).isEqualTo(200);
    assertThat(proxy.get("/hello", "X-Forwarded-For: 203.0.113.2").status()).isEqualTo(200);
    assertThat(proxy.get("/hello", "X-Forwarded-For: 203.0.113.1").status()).isEqualTo(429);
    assertThat(another.get("/hello", "x-forwarded-for: 203.0.113.2").status()).isEqualTo(429);
    assertThat(another.get("/hello", "X-Forwarded-For: 2001:db8::1").status()).isEqualTo(200);
    assertThat(another.get("/hello", "X-Forwarded-For: 2001:db8::2").status()).isEqualTo(429);
  }

  @Test
  default void believesATrustedProxyAndNotWhatTheClientWroteBefore() throws Exception {
    fixture().shields(onePerClient().clients(c -> c.trustedProxies("loopback")).build());
    Connection proxy = fixture().connect(1);
    for (int i = 1; i <= 3; i++) {
      String invented = "198.51.100." + i;
      int inOneLine =
          proxy.get("/hello", "X-Forwarded-For: " + invented + ", 203.0.113.1").status();
      assertThat(inOneLine).isEqualTo(i == 1 ? 200 : 429);
      int inTwoLines = proxy
          .get("/hello", "X-Forwarded-For: " + invented, "X-Forwarded-For: 203.0.113.1")
          .status();
      assertThat(inTwoLines).isEqualTo(429);
    }
  }

  @Test
  default void believesTheFieldOfRfc7239IfTold() throws Exception {
    fixture()
        .shields(onePerClient()
            .clients(c -> c.trustedProxies("loopback").clientAddress("forwarded"))
            .build());
    Connection proxy = fixture().connect(1);
    assertThat(proxy.get("/hello", "Forwarded: for=203.0.113.1;proto=https").status())
        .isEqualTo(200);
    assertThat(proxy.get("/hello", "Forwarded: for=\"[2001:db8::1]:4711\"").status())
        .isEqualTo(200);
    assertThat(
            proxy.get("/hello", "Forwarded: for=6.6.6.6, For=\"203.0.113.1:1\"").status())
        .isEqualTo(429);
    assertThat(proxy
            .get("/hello", "Forwarded: for=203.0.113.9", "Forwarded: for=203.0.113.1")
            .status())
        .isEqualTo(429);
  }

  @Test
  default void believesNoPeerThatIsNoTrustedProxy() throws Exception {
    fixture().shields(onePerClient().clients(c -> c.trustedProxies("127.0.0.2")).build());
    Connection client = fixture().connect(1);
    assertThat(client.get("/hello", "X-Forwarded-For: 203.0.113.1").status()).isEqualTo(200);
    assertThat(client.get("/hello", "X-Forwarded-For: 203.0.113.2").status()).isEqualTo(429);
    Connection proxy = fixture().connect(2);
    assertThat(proxy.get("/hello", "X-Forwarded-For: 203.0.113.2").status()).isEqualTo(200);
  }

  private HttpShieldBuilder onePerClient() {
    return HttpShield.builder()
        .perClient("1/s")
        .operations(o -> o.ticker(fixture().ticker()));
  }
}

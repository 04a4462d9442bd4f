package dev.flowshield.proxies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Connection;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.testkit.ManualTicker;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients of a server that stands behind two proxies in a row: client, proxy, proxy, shield. Each
 * client has one permit.
 */
@Timeout(60)
abstract class TwoHopsContract implements Proxy.Starter {

  private static final Logger LOG = Logger.getLogger(""); // held, else its level is forgotten

  static {
    LOG.setLevel(Level.OFF); // each server and each shield says that it starts
  }

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) { // the outermost first
      each.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "IPV4, x-forwarded-for", "IPV4, forwarded", "IPV4, header:X-Real-IP",
    "IPV6, x-forwarded-for", "IPV6, forwarded", "IPV6, header:X-Real-IP",
  })
  void clientsAreToldApart(Family family, String source) throws Exception {
    InetSocketAddress site = behindTwoProxies(family, trusting(source).build());
    for (String client : new String[] {family.alice(), family.bob()}) {
      assertThat(status(family, site, client)).isEqualTo(200);
      assertThat(status(family, site, client)).isEqualTo(429);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "IPV4, x-forwarded-for", "IPV4, forwarded", "IPV4, header:X-Real-IP",
    "IPV6, x-forwarded-for", "IPV6, forwarded", "IPV6, header:X-Real-IP",
  })
  void whatAClientWritesChangesNothing(Family family, String source) throws Exception {
    InetSocketAddress site = behindTwoProxies(family, trusting(source).build());
    String[] written = {"198.51.100.1", "198.51.100.2", family.bob(), "127.0.0.1", "unknown", "\""};
    for (int i = 0; i < written.length; i++) {
      int status = status(
          family,
          site,
          family.alice(),
          "X-Forwarded-For: " + written[i],
          "Forwarded: for=\"" + written[i] + "\"",
          "X-Real-IP: " + written[i]);
      assertThat(status).as(written[i]).isEqualTo(i == 0 ? 200 : 429);
    }
    assertThat(status(family, site, family.bob())).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void theDoctorNoticesProxiesThatAreNotTrusted(Family family) throws Exception {
    HttpShield shield = onePermit().build();
    InetSocketAddress site = behindTwoProxies(family, shield);
    assertThat(status(family, site, family.alice())).isEqualTo(200);
    assertThat(status(family, site, family.bob())).as("who is the same client").isEqualTo(429);
    assertThat(shield.doctor()).extracting(Finding::code).containsExactly("FS101");
  }

  private static HttpShieldBuilder onePermit() {
    return HttpShield.builder().perClient("1/s").operations(o -> o.ticker(ManualTicker.atZero()));
  }

  private static HttpShieldBuilder trusting(String source) {
    return onePermit().clients(c -> c.trustedProxies("loopback").clientAddress(source));
  }

  private InetSocketAddress behindTwoProxies(Family family, HttpShield shield) throws Exception {
    Proxy inner = start(startServer(family.loopback(), shield), false);
    open.push(inner);
    Proxy outer = start(inner.address(), true);
    open.push(outer);
    return outer.address();
  }

  private InetSocketAddress startServer(InetAddress host, HttpShield shield) {
    Undertow server = Undertow.builder()
        .addHttpListener(0, host.getHostAddress())
        .setHandler(FlowShieldHandler.protect(
            exchange -> exchange.getResponseSender().send("hello"), shield))
        .build();
    server.start();
    open.push(server::stop);
    return (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
  }

  private static int status(Family family, InetSocketAddress site, String client, String... headers)
      throws Exception {
    try (Connection connection = Connection.to(site)) {
      connection.write(family.proxyLine(client));
      return connection.get("/hello", headers).status();
    }
  }
}

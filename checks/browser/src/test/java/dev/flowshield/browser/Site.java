package dev.flowshield.browser;

import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.PathHandler;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A site whose one page is shielded, and whose next permit comes when it is told. What else a
 * browser asks for, such as an icon, is not charged.
 */
final class Site implements AutoCloseable {

  /** The title of the page that is shielded. */
  static final String TITLE = "Orders";

  private final ManualTicker ticker = ManualTicker.atZero();
  private final List<Long> requests = new CopyOnWriteArrayList<>();
  private final Undertow server;

  /** Starts it, with a permit in each span, of which the first is gone. */
  Site(Duration span) {
    HttpShield shield = HttpShield.builder()
        .perClient("1/" + span.toSeconds() + "s")
        .operations(o -> o.ticker(ticker))
        .build();
    HttpHandler shielded = FlowShieldHandler.protect(Site::sendPage, shield);
    this.server = Undertow.builder()
        .addHttpListener(0, "127.0.0.1")
        .setHandler(new PathHandler()
            .addExactPath("/orders", exchange -> {
              requests.add(System.nanoTime());
              shielded.handleRequest(exchange);
            })
            .addExactPath("/against-the-policy", Site::sendAgainstThePolicy)
            .addPrefixPath("/", exchange -> exchange.setStatusCode(StatusCodes.NO_CONTENT)))
        .build();
    server.start();
  }

  /** The address of a page. */
  String url(String path) {
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    return "http://127.0.0.1:" + address.getPort() + path;
  }

  /** When the shielded page was asked for, in nanoseconds. */
  List<Long> requests() {
    return requests;
  }

  /** Lets time pass for the limit. */
  void advance(Duration time) {
    ticker.advance(time);
  }

  @Override
  public void close() {
    server.stop();
  }

  private static void sendPage(HttpServerExchange exchange) {
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/html; charset=utf-8");
    exchange.getResponseSender().send("<!doctype html><title>" + TITLE + "</title>");
  }

  private static void sendAgainstThePolicy(HttpServerExchange exchange) {
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, "text/html; charset=utf-8")
        .put(Headers.CONTENT_SECURITY_POLICY, "default-src 'none'");
    exchange.getResponseSender().send("<!doctype html><script>1;</script>");
  }
}

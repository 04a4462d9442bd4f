package dev.flowshield.examples;

import dev.flowshield.http.HttpShield;
import dev.flowshield.micrometer.FlowShieldMetrics;
import dev.flowshield.servlet.FlowShieldFilter;
import dev.flowshield.undertow.FlowShieldHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.PathHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/**
 * A server of each kind behind a shield, with an endpoint for Prometheus. The endpoint is a health
 * path, so it answers under any load and is not counted. In production, let the monitoring alone
 * reach it.
 */
public final class PrometheusExample {

  private static final String ENDPOINT = "/metrics";

  private PrometheusExample() {}

  /** Prints the decisions of three shields, each after two visits that pass and one rejection. */
  public static void main(String[] arguments) throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Server jetty = jetty(registry, shield("jetty", registry));
    print(jetty.getURI().getPort());
    jetty.stop();

    Vertx vertx = Vertx.vertx();
    print(vertx(vertx, registry, shield("vertx", registry)).actualPort());
    vertx.close().await();

    Undertow undertow = undertow(registry, shield("undertow", registry));
    print(((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort());
    undertow.stop();
  }

  private static HttpShield shield(String name, MeterRegistry registry) {
    // snippet: metrics-code
    HttpShield shield = HttpShield.builder()
        .perClient("2/min")
        .operations(operations -> operations.name(name).healthPaths(ENDPOINT))
        .build();
    FlowShieldMetrics.monitor(registry, shield);
    // end
    return shield;
  }

  static void monitorAsConfigured(MeterRegistry registry) {
    // snippet: metrics
    HttpShield shield = FlowShieldMetrics.monitor(registry, HttpShield.fromConfiguration());
    // end
    System.out.println(shield);
  }

  // snippet: metrics-servlet
  static Server jetty(PrometheusMeterRegistry registry, HttpShield shield) throws Exception {
    ServletContextHandler app = new ServletContextHandler();
    app.addServletContainerInitializer((classes, context) -> {
      FlowShieldFilter.protect(context, shield);
      context.addServlet("metrics", new Text(registry::scrape)).addMapping(ENDPOINT);
      context.addServlet("hello", new Text(() -> "hello")).addMapping("/");
    });
    Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    server.setHandler(app);
    server.start();
    return server;
  }
  // end

  private static final class Text extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // is never serialized
    private final Supplier<String> text;

    Text(Supplier<String> text) {
      this.text = text;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setContentType("text/plain");
      response.getWriter().print(text.get());
    }
  }

  // snippet: metrics-vertx
  static HttpServer vertx(Vertx vertx, PrometheusMeterRegistry registry, HttpShield shield) {
    Router router = Router.router(vertx);
    router.route().handler(dev.flowshield.vertx.FlowShieldHandler.create(shield));
    router.get(ENDPOINT).handler(context -> context.end(registry.scrape()));
    router.get("/").handler(context -> context.end("hello"));
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(0, "127.0.0.1")
        .await();
  }
  // end

  // snippet: metrics-undertow
  static Undertow undertow(PrometheusMeterRegistry registry, HttpShield shield) {
    HttpHandler app = new PathHandler()
        .addExactPath(ENDPOINT, exchange -> exchange.getResponseSender().send(registry.scrape()))
        .addExactPath("/", exchange -> exchange.getResponseSender().send("hello"));
    Undertow server = Undertow.builder()
        .addHttpListener(0, "127.0.0.1")
        .setHandler(FlowShieldHandler.protect(app, shield))
        .build();
    server.start();
    return server;
  }
  // end

  private static void print(int port) throws IOException, InterruptedException {
    Visitor.visit(port);
    Stream.of(Visitor.get(port, ENDPOINT).split("\n", -1))
        .filter(line -> line.startsWith("flowshield_decisions_total"))
        .filter(line -> line.matches(".*\"(admitted|over_limit)\".*"))
        .forEach(System.out::println);
  }
}

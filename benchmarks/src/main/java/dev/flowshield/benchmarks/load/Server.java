package dev.flowshield.benchmarks.load;

import dev.flowshield.http.HttpShield;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.util.Headers;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The servers, each with an application that responds with a line of text to all requests. */
enum Server {
  UNDERTOW("RequestLimit: a cap on work in flight alone") {
    @Override
    int start(Protection protection) {
      HttpHandler application = exchange -> {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
        exchange.getResponseSender().send(TEXT);
      };
      HttpShield shield = protection.shield();
      HttpHandler root = shield != null
          ? FlowShieldHandler.protect(application, shield)
          : protection == Protection.OWN
              ? new RequestLimitingHandler(1000, application)
              : application;
      Undertow undertow =
          Undertow.builder().addHttpListener(0, LOOPBACK).setHandler(root).build();
      undertow.start();
      return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }
  },
  VERTX("") {
    @Override
    int start(Protection protection) throws Exception {
      Vertx vertx = Vertx.vertx();
      Router router = Router.router(vertx);
      HttpShield shield = protection.shield();
      if (shield != null) {
        router.route().handler(dev.flowshield.vertx.FlowShieldHandler.create(shield));
      }
      router
          .route()
          .handler(context ->
              context.response().putHeader("content-type", "text/plain").end(TEXT));
      HttpServer server = vertx
          .createHttpServer()
          .requestHandler(router)
          .listen(0, LOOPBACK)
          .toCompletionStage()
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
      return server.actualPort();
    }
  },
  JETTY("DoSHandler: by peer address; tells no limit") {
    @Override
    int start(Protection protection) throws Exception {
      return ServletServers.startJetty(protection);
    }
  },
  TOMCAT("RateLimitFilter: by peer address, in fixed windows") {
    @Override
    int start(Protection protection) throws Exception {
      return ServletServers.startTomcat(protection);
    }
  };

  static final String TEXT = "Hello, World!";
  static final String LOOPBACK = "127.0.0.1";

  private final String difference;

  Server(String differenceOfOwn) {
    this.difference = differenceOfOwn;
  }

  /** Starts the server on a free loopback port, and returns the port. */
  abstract int start(Protection protection) throws Exception;

  /** Returns whether the server has a protection of its own. */
  boolean hasOwn() {
    return !difference.isEmpty();
  }

  /** Returns the difference between its own protection and a shield. */
  String differenceOfOwn() {
    return difference;
  }

  /** Returns the name for a report, such as {@code Undertow}. */
  String title() {
    return this == VERTX
        ? "Vert.x"
        : name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }
}

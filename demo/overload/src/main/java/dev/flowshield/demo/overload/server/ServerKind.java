package dev.flowshield.demo.overload.server;

import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The servers, with their default thread pools. */
public enum ServerKind {
  UNDERTOW("Undertow", false) {
    @Override
    int start(App app) {
      HttpHandler work = new HttpHandler() {
        @Override
        public void handleRequest(HttpServerExchange exchange) throws InterruptedException {
          if (exchange.isInIoThread()) {
            exchange.dispatch(this);
            return;
          }
          app.work();
          exchange.getResponseSender().send(App.ANSWER);
        }
      };
      Undertow undertow = Undertow.builder()
          .addHttpListener(0, LOOPBACK)
          .setHandler(protect(work, app))
          .build();
      undertow.start();
      return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }

    private HttpHandler protect(HttpHandler work, App app) {
      if (app.shield() != null) {
        return FlowShieldHandler.protect(work, app.shield());
      }
      if (app.gate() != null) {
        return gated(work, app.gate());
      }
      return app.ownLimit() > 0
          ? new RequestLimitingHandler(app.ownLimit(), app.ownLimit(), work)
          : work;
    }

    private HttpHandler gated(HttpHandler work, Gate gate) {
      return exchange -> {
        Runnable exit = gate.tryEnter();
        if (exit == null) {
          exchange.setStatusCode(Gate.FULL);
          exchange.endExchange();
          return;
        }
        exchange.addExchangeCompleteListener((ended, others) -> {
          exit.run();
          others.proceed();
        });
        work.handleRequest(exchange);
      };
    }
  },
  VERTX("Vert.x", false) {
    @Override
    int start(App app) throws Exception {
      Vertx vertx = Vertx.vertx();
      Router router = Router.router(vertx);
      if (app.shield() != null) {
        router.route().handler(dev.flowshield.vertx.FlowShieldHandler.create(app.shield()));
      }
      if (app.gate() != null) {
        router.route().handler(gated(app.gate()));
      }
      router
          .route()
          .blockingHandler(
              context -> {
                try {
                  app.work();
                  context.end(App.ANSWER);
                } catch (InterruptedException stopped) {
                  context.fail(stopped);
                }
              },
              false);
      HttpServer server = vertx
          .createHttpServer()
          .requestHandler(router)
          .listen(0, LOOPBACK)
          .toCompletionStage()
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
      return server.actualPort();
    }

    private Handler<RoutingContext> gated(Gate gate) {
      return context -> {
        Runnable exit = gate.tryEnter();
        if (exit == null) {
          context.response().setStatusCode(Gate.FULL).end();
          return;
        }
        context.addEndHandler(ended -> exit.run());
        context.next();
      };
    }
  },
  TOMCAT("Tomcat", false) {
    @Override
    int start(App app) throws Exception {
      return ServletServers.startTomcat(app, false);
    }
  },
  TOMCAT_VIRTUAL("Tomcat, virtual", true) {
    @Override
    int start(App app) throws Exception {
      return ServletServers.startTomcat(app, true);
    }
  },
  JETTY("Jetty", false) {
    @Override
    int start(App app) throws Exception {
      return ServletServers.startJetty(app, false);
    }
  },
  JETTY_VIRTUAL("Jetty, virtual", true) {
    @Override
    int start(App app) throws Exception {
      return ServletServers.startJetty(app, true);
    }
  };

  static final String LOOPBACK = "127.0.0.1";

  private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

  private final String title;
  private final boolean isVirtual;

  ServerKind(String title, boolean isVirtual) {
    this.title = title;
    this.isVirtual = isVirtual;
  }

  /** Returns the name in a table. */
  public String title() {
    return title;
  }

  /** Returns whether this JVM has the required kind of threads. */
  public boolean canRun() {
    return !isVirtual || Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS;
  }

  /** Returns whether the server has a limit on requests in flight of its own. */
  boolean hasOwnLimit() {
    return this != VERTX;
  }

  /** Starts the server on a free loopback port, and returns the port. */
  abstract int start(App app) throws Exception;
}

package dev.flowshield.checks.soak.server;

import dev.flowshield.contract.ServerUnderTest;

/** The servers. */
public enum ServerKind {
  /** Tomcat. */
  TOMCAT("Tomcat"),
  /** Jetty. */
  JETTY("Jetty"),
  /** Vert.x Web. */
  VERTX("Vert.x"),
  /** Undertow. */
  UNDERTOW("Undertow");

  static final String LOOPBACK = "127.0.0.1";
  static final int WORKERS = 32;

  private final String title;

  ServerKind(String title) {
    this.title = title;
  }

  /** As in a table. */
  public String title() {
    return title;
  }

  /** Starts it with an application behind its shield. */
  public ServerUnderTest start(SoakApp app) throws Exception {
    return switch (this) {
      case TOMCAT -> ServletServers.startTomcat(app);
      case JETTY -> ServletServers.startJetty(app);
      case VERTX -> VertxServer.start(app);
      case UNDERTOW -> UndertowServer.start(app);
    };
  }
}

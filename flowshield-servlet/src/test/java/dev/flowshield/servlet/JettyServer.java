package dev.flowshield.servlet;

import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The common part of both environments of Jetty. It accepts ambiguous paths, because the strict
 * default rejects them before the filters.
 */
record JettyServer(Server server, int port) {

  static JettyServer start(Handler handler, Container.Application application) throws Exception {
    Server server = new Server(new QueuedThreadPool(application.workers()));
    HttpConfiguration lenient = new HttpConfiguration();
    lenient.setUriCompliance(UriCompliance.UNSAFE);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(lenient));
    if (application.overHttp2()) {
      connector.addConnectionFactory(new HTTP2CServerConnectionFactory(lenient));
    }
    connector.setIdleTimeout(application.idleMillis());
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    server.addConnector(connector);
    server.setHandler(handler);
    try {
      server.start();
    } catch (Exception | Error failure) {
      server.stop();
      throw failure;
    }
    return new JettyServer(server, connector.getLocalPort());
  }

  void stop() throws Exception {
    server.stop();
  }
}

package dev.flowshield.servlet.auto;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The common part of both environments of Jetty. */
record JettyDeployed(Server server, int port) implements Deployed {

  static Deployed start(Handler application) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    server.addConnector(connector);
    server.setHandler(application);
    try {
      server.start();
    } catch (Exception | Error failure) {
      server.stop();
      throw failure;
    }
    return new JettyDeployed(server, connector.getLocalPort());
  }

  @Override
  public void stop() throws Exception {
    server.stop();
  }
}

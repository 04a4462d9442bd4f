package dev.flowshield.checks.soak.server;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletRegistration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.ExpandWar;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The servers with servlets. */
final class ServletServers {

  private ServletServers() {}

  static ServerUnderTest startTomcat(SoakApp app) throws Exception {
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", ServerKind.LOOPBACK);
    connector.setProperty("maxThreads", Integer.toString(ServerKind.WORKERS));
    Path directory = Files.createTempDirectory("tomcat");
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(directory.toString());
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", null);
    context.addServletContainerInitializer(protectedServlet(app), Set.of());
    tomcat.start();
    return new ServerUnderTest(connector.getLocalPort(), () -> {
      tomcat.stop();
      tomcat.destroy();
      ExpandWar.delete(directory.toFile());
    });
  }

  static ServerUnderTest startJetty(SoakApp app) throws Exception {
    ServletContextHandler context = new ServletContextHandler("/");
    context.addServletContainerInitializer(protectedServlet(app));
    Server server = new Server(new QueuedThreadPool(ServerKind.WORKERS));
    ServerConnector connector = new ServerConnector(server);
    connector.setHost(ServerKind.LOOPBACK);
    server.addConnector(connector);
    server.setHandler(context);
    server.start();
    return new ServerUnderTest(connector.getLocalPort(), server::stop);
  }

  private static ServletContainerInitializer protectedServlet(SoakApp app) {
    return (classes, context) -> {
      FlowShieldFilter.protect(context, app.shield());
      ServletRegistration.Dynamic servlet = context.addServlet("soak", new SoakServlet(app));
      servlet.setAsyncSupported(true);
      servlet.addMapping("/");
    };
  }
}

package dev.flowshield.demo.overload.server;

import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.SemaphoreValve;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The servers with servlets. They have long timeouts for idle connections. */
final class ServletServers {

  private static final int PATIENCE_MILLIS = 600_000;

  private ServletServers() {}

  static int startTomcat(App app, boolean withVirtualThreads) throws Exception {
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", ServerKind.LOOPBACK);
    connector.setProperty("maxKeepAliveRequests", "-1"); // else it closes after 100
    connector.setProperty("keepAliveTimeout", Integer.toString(PATIENCE_MILLIS));
    connector.setProperty("useVirtualThreads", Boolean.toString(withVirtualThreads));
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", null);
    context.addServletContainerInitializer(protectedServlet(app), Set.of());
    if (app.ownLimit() > 0) {
      context.getPipeline().addValve(semaphore(app.ownLimit()));
    }
    tomcat.start();
    return connector.getLocalPort();
  }

  static int startJetty(App app, boolean withVirtualThreads) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool();
    if (withVirtualThreads) {
      threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    }
    ServletContextHandler context = new ServletContextHandler("/");
    context.addServletContainerInitializer(protectedServlet(app));
    Server server = new Server(threads);
    ServerConnector connector = new ServerConnector(server);
    connector.setHost(ServerKind.LOOPBACK);
    connector.setIdleTimeout(PATIENCE_MILLIS);
    server.addConnector(connector);
    server.setHandler(app.ownLimit() > 0 ? limited(context, app.ownLimit()) : context);
    server.start();
    return connector.getLocalPort();
  }

  private static Valve semaphore(int limit) {
    SemaphoreValve valve = new SemaphoreValve();
    valve.setConcurrency(limit);
    valve.setBlock(false);
    valve.setHighConcurrencyStatus(Gate.FULL);
    return valve;
  }

  /**
   * Limits Jetty by its own means. At the end of the default queue of a thousand requests, all
   * would be late. Without a queue, a request that ends while another one is rejected would search
   * forever for a suspended one, on a spinning thread.
   */
  private static Handler limited(Handler handler, int limit) {
    QoSHandler limited = new QoSHandler(handler);
    limited.setMaxRequestCount(limit);
    limited.setMaxSuspendedRequestCount(limit);
    return limited;
  }

  private static ServletContainerInitializer protectedServlet(App app) {
    return (classes, context) -> {
      if (app.shield() != null) {
        FlowShieldFilter.protect(context, app.shield());
      }
      if (app.gate() != null) {
        context
            .addFilter("gate", new GateFilter(app.gate()))
            .addMappingForUrlPatterns(null, false, "/*");
      }
      context.addServlet("work", new Worker(app)).addMapping("/");
    };
  }

  private static final class Worker extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient App app;

    Worker(App app) {
      this.app = app;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      try {
        app.work();
      } catch (InterruptedException stopped) {
        throw new IOException(stopped);
      }
      response.getWriter().print(App.ANSWER);
    }
  }
}

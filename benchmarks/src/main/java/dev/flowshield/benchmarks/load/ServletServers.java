package dev.flowshield.benchmarks.load;

import dev.flowshield.benchmarks.http.Bucket4jFilter;
import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import org.apache.catalina.Context;
import org.apache.catalina.filters.RateLimitFilter;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.DoSHandler;
import org.jspecify.annotations.Nullable;

/** The servers with servlets. */
final class ServletServers {

  private static final String PROTECTION = "protection";
  private static final int PLENTY = 100_000_000;
  private static final int PATIENCE_MILLIS = 3_600_000;

  private ServletServers() {}

  static int startJetty(Protection protection) throws Exception {
    ServletContextHandler servlets = new ServletContextHandler("/");
    servlets.addServlet(Application.class, "/*");
    Filter filter = protection == Protection.OWN ? null : filter(protection);
    if (filter != null) {
      FilterHolder holder = new FilterHolder(filter);
      holder.setAsyncSupported(true);
      servlets.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
    }
    Handler root = servlets;
    if (protection == Protection.OWN) {
      root = new DoSHandler(
          servlets,
          DoSHandler.ID_FROM_REMOTE_ADDRESS,
          new DoSHandler.LeakingBucketTrackerFactory(PLENTY),
          new DoSHandler.StatusRejectHandler(),
          -1);
    }
    org.eclipse.jetty.server.Server server = new org.eclipse.jetty.server.Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost(Server.LOOPBACK);
    connector.setIdleTimeout(PATIENCE_MILLIS);
    server.addConnector(connector);
    server.setHandler(root);
    server.start();
    return connector.getLocalPort();
  }

  static int startTomcat(Protection protection) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir("target/tomcat");
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", Server.LOOPBACK);
    // Otherwise it closes each connection after a hundred requests, or while others warm up.
    AbstractHttp11Protocol<?> protocol =
        (AbstractHttp11Protocol<?>) tomcat.getConnector().getProtocolHandler();
    protocol.setMaxKeepAliveRequests(-1);
    protocol.setKeepAliveTimeout(PATIENCE_MILLIS);
    Context context = tomcat.addContext("", null);
    Tomcat.addServlet(context, "application", new Application());
    context.addServletMapping("/*", "application");
    Filter filter = filter(protection);
    if (filter != null) {
      addFilter(context, filter);
    }
    tomcat.start();
    return tomcat.getConnector().getLocalPort();
  }

  private static void addFilter(Context context, Filter filter) {
    FilterDef definition = new FilterDef();
    definition.setFilterName(PROTECTION);
    definition.setFilter(filter);
    definition.setAsyncSupported("true");
    context.addFilterDef(definition);
    FilterMap map = new FilterMap();
    map.setFilterName(PROTECTION);
    map.addURLPattern("/*");
    context.addFilterMap(map);
  }

  private static @Nullable Filter filter(Protection protection) {
    HttpShield shield = protection.shield();
    if (shield != null) {
      return new FlowShieldFilter(shield);
    }
    return switch (protection) {
      case BUCKET4J -> new Bucket4jFilter();
      case OWN -> tomcatsOwn();
      default -> null;
    };
  }

  private static Filter tomcatsOwn() {
    RateLimitFilter filter = new RateLimitFilter();
    filter.setBucketRequests(PLENTY);
    filter.setExposeHeaders(true);
    return filter;
  }

  /** A servlet that responds with a line of text. */
  public static final class Application extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final byte[] TEXT = Server.TEXT.getBytes(StandardCharsets.US_ASCII);

    /** Creates the servlet. For the containers. */
    public Application() {}

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setContentType("text/plain");
      response.setContentLength(TEXT.length);
      response.getOutputStream().write(TEXT);
    }
  }
}

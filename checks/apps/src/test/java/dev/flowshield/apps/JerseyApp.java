package dev.flowshield.apps;

import dev.flowshield.contract.ServerUnderTest;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpFilter;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.DefaultServlet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.media.multipart.MultiPartFeature;
import org.glassfish.jersey.message.GZipEncoder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.filter.EncodingFilter;
import org.glassfish.jersey.servlet.ServletContainer;

/** The shop in Jersey on Jetty, Jakarta EE 11; its routes are in {@link JerseyRoutes}. */
final class JerseyApp {

  private JerseyApp() {}

  static ServerUnderTest start(Shop shop, ServletContainerInitializer first) throws Exception {
    Server server = new Server();
    HttpConfiguration settings = new HttpConfiguration();
    ServerConnector connector = new ServerConnector(
        server, new HttpConnectionFactory(settings), new HTTP2CServerConnectionFactory(settings));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(application(shop, first));
    server.start();
    return new ServerUnderTest(connector.getLocalPort(), server::stop);
  }

  private static ServletContextHandler application(Shop shop, ServletContainerInitializer first) {
    ServletContextHandler application = new ServletContextHandler(ServletContextHandler.SESSIONS);
    application.setBaseResourceAsPath(shop.files());
    JakartaWebSocketServletContainerInitializer.configure(
        application, (servlets, webSockets) -> webSockets.addEndpoint(Echo.class));
    application.addServletContainerInitializer(first); // or handshakes would come by it
    FilterHolder calls = new FilterHolder(new Calls(shop));
    calls.setAsyncSupported(true);
    application.addFilter(calls, "/*", EnumSet.of(DispatcherType.REQUEST));
    ServletHolder files = new ServletHolder("files", DefaultServlet.class);
    files.setInitParameter("pathInfoOnly", "true");
    files.setInitParameter("etags", "true");
    application.addServlet(files, "/static/*");
    application.addServlet(files, "/download/*");
    ServletHolder jersey = new ServletHolder(
        "jersey",
        new ServletContainer(new ResourceConfig()
            .register(new JerseyRoutes(shop))
            .register(JerseyRoutes.NoSuchItem.class)
            .register(JacksonFeature.class)
            .register(MultiPartFeature.class)
            .register(EncodingFilter.class)
            .register(GZipEncoder.class)));
    jersey.setAsyncSupported(true);
    application.addServlet(jersey, "/*");
    return application;
  }

  /** Answers what it hears. */
  @ServerEndpoint("/echo")
  public static final class Echo {

    /** For the container. */
    public Echo() {}

    /** For the container, too. */
    @OnMessage
    public String echo(String text) {
      return text;
    }
  }

  private static final class Calls extends HttpFilter {

    private static final long serialVersionUID = 1L;

    private final transient Shop shop;

    Calls(Shop shop) {
      this.shop = shop;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      shop.called();
      chain.doFilter(request, response);
    }
  }
}

package dev.flowshield.examples;

import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/** A servlet behind the shield, in an embedded Jetty. */
public final class ServletExample {

  private ServletExample() {}

  /** Prints three responses, the last of which is a rejection. */
  public static void main(String[] arguments) throws Exception {
    HttpShield shield = HttpShield.builder().perClient("2/min").build();
    Server server = start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), shield);
    Visitor.visit(server.getURI().getPort());
    server.stop();
  }

  // snippet: servlet
  static Server start(InetSocketAddress address, HttpShield shield) throws Exception {
    ServletContextHandler app = new ServletContextHandler();
    app.addServletContainerInitializer((classes, context) -> {
      FlowShieldFilter.protect(context, shield);
      context.addServlet("hello", new Hello()).addMapping("/");
    });
    Server server = new Server(address);
    server.setHandler(app);
    server.start();
    return server;
  }
  // end

  private static final class Hello extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().print("hello");
    }
  }
}

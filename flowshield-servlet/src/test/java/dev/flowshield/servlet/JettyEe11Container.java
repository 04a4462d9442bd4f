package dev.flowshield.servlet;

import jakarta.servlet.ServletContext;
import java.nio.file.Path;
import org.eclipse.jetty.ee11.servlet.DefaultServlet;
import org.eclipse.jetty.ee11.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;

/** Jetty 12 with its Jakarta EE 11 environment. */
record JettyEe11Container(JettyServer server, ServletContext context) implements Container {

  static Container start(Application application) throws Exception {
    ServletContextHandler handler = new ServletContextHandler();
    handler.setContextPath("/");
    ErrorPageErrorHandler errorPages = new ErrorPageErrorHandler();
    errorPages.addErrorPage(404, ERROR_PAGE);
    handler.setErrorHandler(errorPages);
    Path files = application.files();
    if (files != null) {
      handler.setBaseResourceAsPath(files);
      handler.addServlet(DefaultServlet.class, FILE);
    }
    ServletContext[] noted = new ServletContext[1];
    handler.addServletContainerInitializer(Container.initializer(application, noted));
    return new JettyEe11Container(JettyServer.start(handler, application), noted[0]);
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public void stop() throws Exception {
    server.stop();
  }
}

package dev.flowshield.servlet;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.descriptor.web.ErrorPage;

/** Tomcat 11 or 10.1, whichever is on the class path. */
record TomcatContainer(Tomcat tomcat, Path directory, int port, ServletContext context)
    implements Container {

  // Tests make applications fail deliberately. A strong reference, because a logger without one
  // loses its level.
  private static final Logger LOG = Logger.getLogger("org.apache");

  static Container start(Application application) throws Exception {
    LOG.setLevel(Level.OFF);
    Path directory = Files.createTempDirectory("tomcat");
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(directory.toString());
    Connector connector = new Connector();
    connector.setProperty("address", "127.0.0.1");
    connector.setPort(0);
    connector.setProperty("maxThreads", Integer.toString(application.workers()));
    if (application.overHttp2()) {
      connector.addUpgradeProtocol(new Http2Protocol());
    }
    tomcat.setConnector(connector);
    Path files = application.files();
    Context context = tomcat.addContext("", files == null ? null : files.toString());
    if (files != null) {
      Tomcat.addServlet(context, FILE, new DefaultServlet()).addMapping(FILE);
    }
    ErrorPage notFound = new ErrorPage();
    notFound.setErrorCode(404);
    notFound.setLocation(ERROR_PAGE);
    context.addErrorPage(notFound);
    ServletContext[] noted = new ServletContext[1];
    context.addServletContainerInitializer(Container.initializer(application, noted), Set.of());
    tomcat.start();
    Container started = new TomcatContainer(tomcat, directory, connector.getLocalPort(), noted[0]);
    if (context.getState() != LifecycleState.STARTED) { // Tomcat logs why, and runs on
      started.stop();
      throw new IllegalStateException("the application did not start");
    }
    return started;
  }

  @Override
  public void stop() throws Exception {
    tomcat.stop();
    tomcat.destroy();
    delete(directory);
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(directory)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}

package dev.flowshield.apps.spelling;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Servlet containers, with all that changes how they read a path. */
final class Containers {

  /** Adds an application to a container. */
  @FunctionalInterface
  interface Deployment {
    void deploy(ServletContext servlets, Path files);
  }

  private Containers() {}

  /** Returns an application in all containers. */
  static List<Subject> with(String application, Deployment deployment) {
    return List.of(
        tomcat(application, "as it is", "", it -> {}, deployment),
        tomcat(application, "in a context", "/app", it -> {}, deployment),
        tomcat(
            application,
            "that decodes slashes",
            "",
            it -> {
              it.setEncodedSolidusHandling("decode");
              it.setAllowBackslash(true);
              it.setProperty("relaxedPathChars", "\\");
            },
            deployment),
        tomcat(
            application,
            "that passes slashes on",
            "",
            it -> it.setEncodedSolidusHandling("passthrough"),
            deployment),
        jetty(application, UriCompliance.DEFAULT, "", false, deployment),
        jetty(application, UriCompliance.LEGACY, "", false, deployment),
        jetty(application, UriCompliance.UNSAFE, "", false, deployment),
        jetty(application, UriCompliance.UNSAFE, "/app", false, deployment),
        jetty(application, UriCompliance.UNSAFE, "", true, deployment));
  }

  private static Subject tomcat(
      String application,
      String how,
      String path,
      Consumer<Connector> settings,
      Deployment deployment) {
    return Subject.of(application + " on Tomcat " + how, (shield, files) -> {
          Tomcat tomcat = new Tomcat();
          tomcat.setBaseDir(Files.createTempDirectory(files, "tomcat").toString());
          Connector connector = new Connector();
          connector.setProperty("address", "127.0.0.1");
          connector.setPort(0);
          settings.accept(connector);
          tomcat.setConnector(connector);
          Context context = tomcat.addContext(path, null);
          Logger.getLogger(context.getLogName()).setLevel(Level.OFF); // Tomcat has turned it on
          context.addServletContainerInitializer(
              (classes, servlets) -> deploy(shield, servlets, files, deployment), Set.of());
          tomcat.start();
          return new ServerUnderTest(connector.getLocalPort(), () -> {
            tomcat.stop();
            tomcat.destroy();
          });
        })
        .at(path, "");
  }

  private static Subject jetty(
      String application,
      UriCompliance compliance,
      String path,
      boolean decodes,
      Deployment deployment) {
    String name = application + " on Jetty " + compliance.getName() + path;
    return Subject.of(decodes ? name + " that decodes all" : name, (shield, files) -> {
          HttpConfiguration settings = new HttpConfiguration();
          settings.setUriCompliance(compliance);
          Server server = new Server();
          ServerConnector connector =
              new ServerConnector(server, new HttpConnectionFactory(settings));
          connector.setHost("127.0.0.1");
          server.addConnector(connector);
          ServletContextHandler context = new ServletContextHandler();
          context.setContextPath(path.isEmpty() ? "/" : path);
          context.getServletHandler().setDecodeAmbiguousURIs(decodes);
          context.addServletContainerInitializer(
              (classes, servlets) -> deploy(shield, servlets, files, deployment));
          server.setHandler(context);
          server.start();
          return new ServerUnderTest(connector.getLocalPort(), server::stop);
        })
        .at(path, "");
  }

  private static void deploy(
      HttpShield shield, ServletContext servlets, Path files, Deployment deployment) {
    deployment.deploy(servlets, files);
    FlowShieldFilter.protect(servlets, shield);
  }
}

package dev.flowshield.apps.spelling;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.servlets.DefaultServlet;
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

  /**
   * Returns an application in all containers. Those with other settings only reject more.
   *
   * @param prefix where its routes begin
   */
  static List<Subject> with(String application, String prefix, Deployment deployment) {
    List<Subject> all = new ArrayList<>(someWith(application, prefix, deployment));
    all.add(tomcat(application, "in a context", "/app", it -> {}, deployment));
    all.add(tomcat(
        application,
        "that decodes slashes",
        "",
        it -> {
          it.setEncodedSolidusHandling("decode");
          it.setAllowBackslash(true);
          it.setProperty("relaxedPathChars", "\\");
        },
        deployment));
    all.add(jetty(application, UriCompliance.DEFAULT, "", false, deployment));
    all.add(jetty(application, UriCompliance.LEGACY, "", false, deployment));
    all.add(jetty(application, UriCompliance.UNSAFE, "", false, deployment));
    all.add(jetty(application, UriCompliance.UNSAFE, "", true, deployment));
    return at(prefix, all);
  }

  /** Returns an application in containers of each kind, for what most have in common. */
  static List<Subject> someWith(String application, String prefix, Deployment deployment) {
    return at(
        prefix,
        List.of(
            tomcat(application, "as it is", "", it -> {}, deployment),
            tomcat(
                application,
                "that passes slashes on",
                "",
                it -> {
                  it.setEncodedSolidusHandling("passthrough");
                  it.setEncodedReverseSolidusHandling("passthrough");
                  it.setURIEncoding("ISO-8859-1");
                },
                deployment),
            jetty(application, UriCompliance.UNSAFE, "/app", false, deployment)));
  }

  private static List<Subject> at(String prefix, List<Subject> all) {
    return all.stream().map(each -> each.at(each.context(), prefix)).toList();
  }

  /** Adds the container's own servlet for files. */
  static void addFiles(ServletContext servlets) {
    boolean isTomcat = servlets.getServerInfo().contains("Tomcat");
    servlets
        .addServlet(
            "files",
            isTomcat ? new DefaultServlet() : new org.eclipse.jetty.ee11.servlet.DefaultServlet())
        .addMapping("/");
  }

  /** Adds a servlet that runs nothing, as a container without one does not run its filters. */
  static void addNothing(ServletContext servlets) {
    servlets.addServlet("nothing", new Nothing()).addMapping("/");
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
          Context context = tomcat.addContext(path, files.toString());
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
          context.setBaseResourceAsPath(files);
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

  private static final class Nothing extends HttpServlet {
    private static final long serialVersionUID = 1L;
  }
}

package dev.flowshield.apps.spelling;

import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.List;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.model.Resource;
import org.glassfish.jersey.servlet.ServletContainer;

/** Jersey, which routes by what the client sent, escapes and all. */
final class JerseyApps {

  private JerseyApps() {}

  static List<Subject> subjects() {
    List<Subject> all =
        new ArrayList<>(Containers.with("Jersey", (servlets, files) -> deploy(servlets, "/*")));
    for (Subject each :
        Containers.with("Jersey below a prefix", (servlets, files) -> deploy(servlets, "/api/*"))) {
      all.add(each.at(each.context(), "/api"));
    }
    return all;
  }

  private static void deploy(ServletContext servlets, String mapping) {
    ResourceConfig routes = new ResourceConfig();
    for (String tree : Routes.TREES) {
      routes.registerResources(route("/" + tree + "{rest: (/.*)?}", tree));
    }
    routes.registerResources(
        route("/item/{id}", Routes.ITEM),
        route("/health", Routes.HEALTH),
        route("/{rest: .*}", Routes.REST));
    servlets.addServlet("jersey", new ServletContainer(routes)).addMapping(mapping);
  }

  private static Resource route(String path, String name) {
    Resource.Builder route = Resource.builder(path);
    route.addMethod("GET").handledBy(request -> Routes.answer(name)).produces("text/plain");
    return route.build();
  }
}

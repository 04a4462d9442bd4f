package dev.flowshield.apps.spelling;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.model.Resource;
import org.glassfish.jersey.servlet.ServletContainer;
import org.glassfish.jersey.servlet.ServletProperties;

/** Jersey, which routes by what the client sent, escapes and all; as a servlet and as a filter. */
final class JerseyApps {

  private JerseyApps() {}

  static List<Subject> subjects() {
    List<Subject> all = new ArrayList<>();
    all.addAll(Containers.with("Jersey", "", (servlets, files) -> servlet(servlets, "/*")));
    all.addAll(Containers.with(
        "Jersey below a prefix", "/api", (servlets, files) -> servlet(servlets, "/api/*")));
    all.addAll(
        Containers.someWith("Jersey in a filter", "", (servlets, files) -> filter(servlets, "/*")));
    all.addAll(Containers.someWith(
        "Jersey in a filter below a prefix",
        "/api",
        (servlets, files) -> filter(servlets, "/api/*")));
    all.addAll(Containers.someWith(
        "Jersey in a filter that knows its prefix",
        "/api",
        (servlets, files) -> filter(servlets, "/api/*")
            .setInitParameter(ServletProperties.FILTER_CONTEXT_PATH, "/api")));
    return all;
  }

  private static void servlet(ServletContext servlets, String mapping) {
    servlets.addServlet("jersey", new ServletContainer(routes())).addMapping(mapping);
  }

  private static FilterRegistration filter(ServletContext servlets, String mapping) {
    Containers.addNothing(servlets);
    FilterRegistration filter = servlets.addFilter("jersey", new ServletContainer(routes()));
    filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, mapping);
    return filter;
  }

  private static ResourceConfig routes() {
    ResourceConfig routes = new ResourceConfig();
    for (String tree : Routes.TREES) {
      routes.registerResources(route("/" + tree + "{rest: (/.*)?}", tree));
    }
    return routes.registerResources(
        route("/item/{id}", Routes.ITEM),
        route("/health", Routes.HEALTH),
        route("/{rest: .*}", Routes.REST));
  }

  private static Resource route(String path, String name) {
    Resource.Builder route = Resource.builder(path);
    route.addMethod("GET").handledBy(request -> Routes.answer(name)).produces("text/plain");
    return route.build();
  }
}

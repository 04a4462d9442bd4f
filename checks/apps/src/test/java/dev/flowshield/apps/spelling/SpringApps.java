package dev.flowshield.apps.spelling;

import jakarta.servlet.ServletContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.FileSystemResource;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/** Spring Web MVC, which routes by what the client sent. */
final class SpringApps {

  private SpringApps() {}

  static List<Subject> subjects() {
    List<Subject> all = new ArrayList<>(
        Containers.with("Spring", (servlets, files) -> deploy(servlets, "/", "", files)));
    for (Subject each : Containers.with(
        "Spring below a prefix", (servlets, files) -> deploy(servlets, "/mvc/*", "", files))) {
      all.add(each.at(each.context(), "/mvc"));
    }
    for (Subject each : Containers.with(
        "Files of Spring", (servlets, files) -> deploy(servlets, "/", "/files/**", files))) {
      all.add(each.at(each.context(), "/files"));
    }
    return all;
  }

  private static void deploy(ServletContext servlets, String mapping, String filesAt, Path files) {
    GenericWebApplicationContext spring = new GenericWebApplicationContext();
    if (filesAt.isEmpty()) {
      spring.registerBean(SimpleUrlHandlerMapping.class, SpringApps::routes);
    } else {
      spring.registerBean(ResourceHttpRequestHandler.class, () -> files(files));
      spring.registerBean(
          SimpleUrlHandlerMapping.class,
          () -> new SimpleUrlHandlerMapping(
              Map.of(filesAt, spring.getBean(ResourceHttpRequestHandler.class))));
    }
    servlets.addServlet("spring", new DispatcherServlet(spring)).addMapping(mapping);
  }

  private static SimpleUrlHandlerMapping routes() {
    Map<String, HttpRequestHandler> routes = new LinkedHashMap<>();
    for (String tree : Routes.TREES) {
      routes.put("/" + tree + "/**", route(tree));
    }
    routes.put("/item/{id}", route(Routes.ITEM));
    routes.put("/health", route(Routes.HEALTH));
    routes.put("/**", route(Routes.REST));
    return new SimpleUrlHandlerMapping(routes);
  }

  private static HttpRequestHandler route(String name) {
    return (request, response) -> response.getWriter().print(Routes.answer(name));
  }

  private static ResourceHttpRequestHandler files(Path files) {
    ResourceHttpRequestHandler handler = new ResourceHttpRequestHandler();
    handler.setLocations(List.of(new FileSystemResource(files + "/")));
    return handler;
  }
}

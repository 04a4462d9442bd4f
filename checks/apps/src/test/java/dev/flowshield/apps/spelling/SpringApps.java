package dev.flowshield.apps.spelling;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.converter.ResourceHttpMessageConverter;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.web.filter.UrlHandlerFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;
import org.springframework.web.util.UrlPathHelper;
import org.springframework.web.util.pattern.PathPatternParser;

/** Spring Web MVC, which routes by what the client sent, with all that changes how it reads it. */
final class SpringApps {

  private static final String FILES = "/files/**";

  private SpringApps() {}

  static List<Subject> subjects() {
    List<Subject> all = new ArrayList<>();
    all.addAll(Containers.with("Spring", "", at("/", SpringApps::routes)));
    all.addAll(Containers.with("Spring below a prefix", "/mvc", at("/mvc/*", SpringApps::routes)));
    all.addAll(Containers.with(
        "Files of Spring",
        "/files",
        (servlets, files) -> deploy(servlets, "/", it -> addFiles(it, files))));
    all.addAll(Containers.someWith(
        "Spring that ignores case and slashes at the end", "", (servlets, files) -> {
          servlets
              .addFilter(
                  "slashes",
                  UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build())
              .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
          at("/", SpringApps::routesOfAnyCase).deploy(servlets, files);
        }));
    all.addAll(Containers.someWith("Spring by Ant", "", at("/", SpringApps::antRoutes)));
    all.addAll(Containers.someWith(
        "Spring by Ant below a prefix", "/mvc", at("/mvc/*", SpringApps::antRoutes)));
    all.addAll(Containers.someWith(
        "Spring by Ant with paths as they came", "/mvc", at("/mvc/*", SpringApps::rawAntRoutes)));
    all.addAll(Containers.someWith(
        "Spring by functions",
        "",
        (servlets, files) -> deploy(servlets, "/", it -> addFunctions(it, functions()))));
    all.addAll(Containers.someWith(
        "Files of Spring by functions",
        "/files",
        (servlets, files) -> deploy(
            servlets,
            "/",
            it -> addFunctions(it, RouterFunctions.resources(FILES, resources(files))))));
    return all;
  }

  private static Containers.Deployment at(
      String mapping, Supplier<SimpleUrlHandlerMapping> routes) {
    return (servlets, files) ->
        deploy(servlets, mapping, it -> it.registerBean(SimpleUrlHandlerMapping.class, routes));
  }

  private static void deploy(
      ServletContext servlets, String mapping, Consumer<GenericWebApplicationContext> beans) {
    GenericWebApplicationContext spring = new GenericWebApplicationContext();
    beans.accept(spring);
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

  private static SimpleUrlHandlerMapping routesOfAnyCase() {
    PathPatternParser patterns = new PathPatternParser();
    patterns.setCaseSensitive(false);
    SimpleUrlHandlerMapping routes = routes();
    routes.setPatternParser(patterns);
    return routes;
  }

  private static SimpleUrlHandlerMapping antRoutes() {
    SimpleUrlHandlerMapping routes = routes();
    routes.setPatternParser(null);
    return routes;
  }

  @SuppressWarnings("removal") // of what applications still have
  private static SimpleUrlHandlerMapping rawAntRoutes() {
    UrlPathHelper paths = new UrlPathHelper();
    paths.setUrlDecode(false);
    paths.setRemoveSemicolonContent(false);
    SimpleUrlHandlerMapping routes = antRoutes();
    routes.setUrlPathHelper(paths);
    return routes;
  }

  private static RouterFunction<ServerResponse> functions() {
    RouterFunctions.Builder routes = RouterFunctions.route();
    for (String tree : Routes.TREES) {
      routes.path("/" + tree, below -> below.GET("/**", request -> answer(tree)));
    }
    return routes
        .GET("/item/{id}", request -> answer(Routes.ITEM))
        .GET("/health", request -> answer(Routes.HEALTH))
        .GET("/**", request -> answer(Routes.REST))
        .build();
  }

  private static ServerResponse answer(String route) {
    return ServerResponse.ok().body(Routes.answer(route));
  }

  private static void addFunctions(
      GenericWebApplicationContext spring, RouterFunction<ServerResponse> functions) {
    spring.registerBean(RouterFunctionMapping.class, () -> {
      RouterFunctionMapping mapping = new RouterFunctionMapping(functions);
      mapping.setMessageConverters(
          List.of(new StringHttpMessageConverter(), new ResourceHttpMessageConverter()));
      return mapping;
    });
  }

  private static void addFiles(GenericWebApplicationContext spring, Path files) {
    spring.registerBean(ResourceHttpRequestHandler.class, () -> {
      ResourceHttpRequestHandler handler = new ResourceHttpRequestHandler();
      handler.setLocations(List.of(resources(files)));
      return handler;
    });
    spring.registerBean(
        SimpleUrlHandlerMapping.class,
        () -> new SimpleUrlHandlerMapping(
            Map.of(FILES, spring.getBean(ResourceHttpRequestHandler.class))));
  }

  private static FileSystemResource resources(Path files) {
    return new FileSystemResource(files + "/");
  }
}

package dev.flowshield.apps.spelling;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.CanonicalPathHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.PathTemplateHandler;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Handlers of Undertow, with all options that change how it reads a path. */
final class UndertowApps {

  private UndertowApps() {}

  @SuppressWarnings("deprecation") // of an option that servers still have
  static List<Subject> subjects() {
    Map<String, Consumer<Undertow.Builder>> options = new LinkedHashMap<>();
    options.put("", it -> {});
    options.put(
        " that allows encoded slashes",
        it -> it.setServerOption(UndertowOptions.ALLOW_ENCODED_SLASH, true));
    options.put(
        " that decodes slashes", it -> it.setServerOption(UndertowOptions.DECODE_SLASH, true));
    options.put(
        " that allows all characters",
        it -> it.setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
            .setServerOption(UndertowOptions.DECODE_SLASH, true));
    options.put(
        " that decodes nothing", it -> it.setServerOption(UndertowOptions.DECODE_URL, false));
    List<Subject> all = new ArrayList<>();
    options.forEach((how, option) -> {
      all.add(subject("Undertow by prefixes" + how, option, files -> prefixes()));
      all.add(subject("Undertow by routes" + how, option, files -> routes()));
      all.add(subject("Undertow by templates" + how, option, files -> templates()));
      all.add(subject("Files of Undertow" + how, option, UndertowApps::resources));
      all.add(subject(
              "Files of Undertow below a prefix" + how,
              option,
              files -> Handlers.path().addPrefixPath("/files", resources(files)))
          .at("", "/files"));
      all.add(subject(
          "Undertow that resolves behind the shield" + how,
          option,
          files -> new CanonicalPathHandler(prefixes())));
      all.add(subject(
              "Undertow with the shield below a prefix" + how,
              option,
              UndertowApps::resources,
              it -> Handlers.path().addPrefixPath("/in", it))
          .at("/in", ""));
    });
    return all;
  }

  private static Subject subject(
      String name, Consumer<Undertow.Builder> options, Function<Path, HttpHandler> application) {
    return subject(name, options, application, it -> it);
  }

  private static Subject subject(
      String name,
      Consumer<Undertow.Builder> options,
      Function<Path, HttpHandler> application,
      UnaryOperator<HttpHandler> before) {
    return Subject.of(name, (shield, files) -> {
      Undertow.Builder builder = Undertow.builder()
          .addHttpListener(0, "127.0.0.1")
          .setIoThreads(1)
          .setWorkerThreads(2)
          .setHandler(before.apply(FlowShieldHandler.protect(application.apply(files), shield)));
      options.accept(builder);
      Undertow server = builder.build();
      server.start();
      InetSocketAddress address =
          (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
      return new ServerUnderTest(address.getPort(), server::stop);
    });
  }

  private static HttpHandler prefixes() {
    PathHandler paths = Handlers.path(route(Routes.REST));
    for (String tree : Routes.TREES) {
      paths.addPrefixPath("/" + tree, route(tree));
    }
    return paths
        .addPrefixPath("/item", UndertowApps::item)
        .addExactPath("/health", route("health"));
  }

  private static HttpHandler routes() {
    RoutingHandler routes = Handlers.routing();
    for (String tree : Routes.TREES) {
      routes.get("/" + tree, route(tree)).get("/" + tree + "/*", route(tree));
    }
    return routes
        .get("/item/{id}", route(Routes.ITEM))
        .get("/health", route(Routes.HEALTH))
        .get("/*", route(Routes.REST));
  }

  private static HttpHandler templates() {
    PathTemplateHandler templates = Handlers.pathTemplate();
    for (String tree : Routes.TREES) {
      templates.add("/" + tree, route(tree)).add("/" + tree + "/*", route(tree));
    }
    return templates
        .add("/item/{id}", route(Routes.ITEM))
        .add("/health", route(Routes.HEALTH))
        .add("/*", route(Routes.REST));
  }

  private static HttpHandler resources(Path files) {
    return new ResourceHandler(new PathResourceManager(files));
  }

  private static HttpHandler route(String name) {
    return exchange -> exchange.getResponseSender().send(Routes.answer(name));
  }

  private static void item(HttpServerExchange exchange) {
    String path = exchange.getRelativePath();
    if (path.length() > 1 && path.indexOf('/', 1) < 0) {
      exchange.getResponseSender().send(Routes.answer(Routes.ITEM));
    } else {
      exchange.setStatusCode(404);
    }
  }
}

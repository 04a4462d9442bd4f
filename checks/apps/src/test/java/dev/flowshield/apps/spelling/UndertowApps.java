package dev.flowshield.apps.spelling;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.attribute.ExchangeAttribute;
import io.undertow.attribute.ExchangeAttributes;
import io.undertow.predicate.Predicates;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.CanonicalPathHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.PathTemplateHandler;
import io.undertow.server.handlers.URLDecodingHandler;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
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
        it -> it.setServerOption(UndertowOptions.ALLOW_ENCODED_SLASH, true)
            .setServerOption(UndertowOptions.URL_CHARSET, "ISO-8859-1"));
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
      all.add(subject(
          "Undertow by expressions" + how,
          option,
          files -> expressions(ExchangeAttributes.relativePath())));
      all.add(subject(
          "Undertow by expressions with paths as they came" + how,
          option,
          files -> expressions(ExchangeAttributes.requestURL())));
      all.add(subject("Files of Undertow" + how, option, UndertowApps::resources));
      all.add(subject(
          "Files of Undertow with paths as they came" + how,
          option,
          UndertowApps::resourcesAsTheyCame));
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
    all.add(subject(
        "Undertow that decodes behind the shield",
        it -> it.setServerOption(UndertowOptions.DECODE_URL, false),
        files -> new URLDecodingHandler(prefixes(), "UTF-8")));
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
    addTemplates(routes::get);
    return routes;
  }

  private static HttpHandler templates() {
    PathTemplateHandler templates = Handlers.pathTemplate();
    addTemplates(templates::add);
    return templates;
  }

  private static void addTemplates(BiConsumer<String, HttpHandler> handlers) {
    for (String tree : Routes.TREES) {
      handlers.accept("/" + tree, route(tree));
      handlers.accept("/" + tree + "/*", route(tree));
    }
    handlers.accept("/item/{id}", route(Routes.ITEM));
    handlers.accept("/health", route(Routes.HEALTH));
    handlers.accept("/*", route(Routes.REST));
  }

  private static HttpHandler expressions(ExchangeAttribute path) {
    HttpHandler routes = route(Routes.REST);
    routes = expression(path, "/health", Routes.HEALTH, routes);
    routes = expression(path, "/item/[^/]+", Routes.ITEM, routes);
    for (String tree : Routes.TREES) {
      routes = expression(path, "/" + tree + "(?s:/.*)?", tree, routes);
    }
    return routes;
  }

  private static HttpHandler expression(
      ExchangeAttribute path, String expression, String name, HttpHandler others) {
    return Handlers.predicate(Predicates.regex(path, expression, true), route(name), others);
  }

  private static ResourceHandler resources(Path files) {
    return new ResourceHandler(new PathResourceManager(files));
  }

  private static HttpHandler resourcesAsTheyCame(Path files) {
    ResourceHandler resources = resources(files);
    resources.setCanonicalizePaths(false);
    return resources;
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

package dev.flowshield.examples;

import dev.flowshield.servlet.FlowShieldFilter;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;

/**
 * The one line that protects an application as it is configured, and the one that says that a
 * request is a stream. What is around them, {@link ServletExample} and its like show.
 */
final class OneLineExample {

  private OneLineExample() {}

  static void servlet(ServletContext servletContext) {
    // snippet: one-line-servlet
    FlowShieldFilter.protect(servletContext); // Servlet, while the application starts
    // end
  }

  static HttpHandler undertow(HttpHandler app) {
    // snippet: one-line-undertow
    HttpHandler root = FlowShieldHandler.protect(app); // Undertow
    // end
    return root;
  }

  static void longPoll(HttpServletRequest request) {
    // snippet: established-servlet
    FlowShieldFilter.markAsStream(request); // Servlet
    // end
  }

  static void longPoll(HttpServerExchange exchange) {
    // snippet: established-undertow
    FlowShieldHandler.markAsStream(exchange); // Undertow
    // end
  }
}

package dev.flowshield.examples;

import dev.flowshield.servlet.FlowShieldFilter;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.server.HttpHandler;
import jakarta.servlet.ServletContext;

/**
 * The one line that protects an application as it is configured. What is around it,
 * {@link ServletExample} and its like show.
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
}

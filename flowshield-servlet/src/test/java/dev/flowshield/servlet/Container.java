package dev.flowshield.servlet;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.net.URI;

/** A servlet container on a free port of this machine, with one web application at its root. */
interface Container {

  /** Where a request ends up that nothing answers: the error page of status 404. */
  String ERROR_PAGE = "/oops";

  /** What registers the servlets and filters of an application while it starts. */
  @FunctionalInterface
  interface Application {
    void start(ServletContext context) throws ServletException;
  }

  /** Starts a container; it throws if the application does not start. */
  @FunctionalInterface
  interface Starter {
    Container start(Application application) throws Exception;
  }

  int port();

  /** The context of the application, which has started. */
  ServletContext context();

  /** An address in the application. */
  default URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  void stop() throws Exception;

  /** Notes the context and lets the application register. */
  static ServletContainerInitializer initializer(Application application, ServletContext[] noted) {
    return (classes, context) -> {
      noted[0] = context;
      application.start(context);
    };
  }
}

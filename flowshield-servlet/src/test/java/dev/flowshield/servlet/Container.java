package dev.flowshield.servlet;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A servlet container on a free port of this machine, with one web application at its root. */
interface Container {

  /** Where a request ends up that nothing answers: the error page of status 404. */
  String ERROR_PAGE = "/oops";

  /** Where the container serves its file. */
  String FILE = "/file";

  /** What registers the servlets and filters of an application while it starts. */
  @FunctionalInterface
  interface Application {
    void start(ServletContext context) throws ServletException;

    /** The directory with the one file that the container itself serves, at {@link #FILE}. */
    default @Nullable Path files() {
      return null;
    }

    /** The most threads of the container. */
    default int workers() {
      return 200;
    }

    /** Whether the container speaks HTTP/2 too, without TLS. */
    default boolean overHttp2() {
      return false;
    }

    /** How long the container waits for a client that does nothing. */
    default int idleMillis() {
      return 30_000;
    }
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

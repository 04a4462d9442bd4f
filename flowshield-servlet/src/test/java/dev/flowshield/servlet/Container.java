package dev.flowshield.servlet;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A servlet container on a free port of this machine, with one web application at its root. */
interface Container {

  /** The error page of status 404, which receives requests for unknown paths. */
  String ERROR_PAGE = "/oops";

  /** The path of the file that the container serves. */
  String FILE = "/file";

  /** Registers the servlets and filters of an application while it starts. */
  @FunctionalInterface
  interface Application {
    void start(ServletContext context) throws ServletException;

    /**
     * Returns the directory of the only file that the container itself serves, at {@link #FILE}.
     */
    default @Nullable Path files() {
      return null;
    }

    /** Returns the maximum number of threads of the container. */
    default int workers() {
      return 200;
    }

    /** Returns whether the container also speaks HTTP/2, without TLS. */
    default boolean overHttp2() {
      return false;
    }

    /** Returns the timeout of idle clients. */
    default int idleMillis() {
      return 30_000;
    }
  }

  /** Starts a container. Throws if the application does not start. */
  @FunctionalInterface
  interface Starter {
    Container start(Application application) throws Exception;
  }

  int port();

  /** Returns the context of the started application. */
  ServletContext context();

  /** Returns an address in the application. */
  default URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  void stop() throws Exception;

  /** Returns an initializer that records the context and lets the application register. */
  static ServletContainerInitializer initializer(Application application, ServletContext[] noted) {
    return (classes, context) -> {
      noted[0] = context;
      application.start(context);
    };
  }
}

package dev.flowshield.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The handler of an application for one path. */
@FunctionalInterface
interface Endpoint {

  void serve(HttpServletRequest request, HttpServletResponse response) throws Exception;

  /** Registers a handler for a path. */
  static void at(String path, ServletContext context, Endpoint endpoint) {
    ServletRegistration.Dynamic registration = context.addServlet(path, new At(endpoint));
    registration.setAsyncSupported(true);
    registration.addMapping(path);
  }

  /** The servlet of one path. */
  final class At extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private final transient Endpoint endpoint;

    private At(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      try {
        endpoint.serve(request, response);
      } catch (IOException | ServletException | RuntimeException failure) {
        throw failure;
      } catch (Exception failure) {
        throw new ServletException(failure);
      }
    }
  }
}

package dev.flowshield.servlet.auto.app;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletContext;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Responds with a greeting; at {@code /async} from another thread, at {@code /version} with the
 * version of the API.
 */
@WebServlet(urlPatterns = "/", asyncSupported = true)
public final class Hello extends HttpServlet {

  private static final long serialVersionUID = 1L;

  /** Creates the servlet. For the container. */
  public Hello() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    ServletContext context = getServletContext();
    switch (request.getRequestURI()) {
      case "/async" -> helloLater(request);
      case "/version" ->
        response.getWriter().print(context.getMajorVersion() + "." + context.getMinorVersion());
      default -> response.getWriter().print("hello");
    }
  }

  private static void helloLater(HttpServletRequest request) {
    AsyncContext async = request.startAsync();
    async.start(() -> {
      try {
        async.getResponse().getWriter().print("hello later");
      } catch (IOException gone) {
        throw new IllegalStateException(gone);
      }
      async.complete();
    });
  }
}

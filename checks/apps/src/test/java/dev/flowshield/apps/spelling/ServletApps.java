package dev.flowshield.apps.spelling;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Servlets, which the container chooses, and one of which reads the rest of the path itself; and
 * the container's own servlet for files.
 */
final class ServletApps {

  private ServletApps() {}

  static List<Subject> subjects() {
    List<Subject> all = new ArrayList<>();
    all.addAll(Containers.with("Servlets", "", (servlets, files) -> addServlets(servlets)));
    all.addAll(Containers.with(
        "Files of the container", "", (servlets, files) -> Containers.addFiles(servlets)));
    return all;
  }

  private static void addServlets(ServletContext servlets) {
    for (String tree : Routes.TREES) {
      servlets.addServlet(tree, new Route(tree)).addMapping("/" + tree + "/*");
    }
    servlets.addServlet(Routes.ITEM, new Route(Routes.ITEM)).addMapping("/item/*");
    servlets.addServlet(Routes.HEALTH, new Route(Routes.HEALTH)).addMapping("/health");
    servlets.addServlet(Routes.REST, new Route(Routes.REST)).addMapping("/");
  }

  private static final class Route extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final String name;

    Route(String name) {
      this.name = name;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (name.equals(Routes.ITEM) && !isItem(request.getPathInfo())) {
        response.setStatus(404);
      } else {
        response.getWriter().print(Routes.answer(name));
      }
    }

    private static boolean isItem(String path) {
      return path != null && path.length() > 1 && path.indexOf('/', 1) < 0;
    }
  }
}

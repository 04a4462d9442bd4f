package dev.flowshield.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The thread pool on which the container runs its requests.
 *
 * <p>Virtual threads have no pool, but wait for a processor in order of arrival, like tasks for a
 * pooled thread. Jetty publishes its pool in the servlet context. In Tomcat, the pool is reached
 * from its own request by reflection, because neither the Servlet API nor Tomcat offers it. If the
 * pool cannot be found, its queue is not measured; no request fails.
 */
final class ContainerPool {

  private static final String OF_JETTY = "org.eclipse.jetty.server.Executor"; // an attribute
  private static final String TOMCAT_REQUEST = "org.apache.catalina.connector.RequestFacade";

  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");

  private ContainerPool() {}

  /**
   * Returns the pool that runs a request, or null if it cannot be found. Must be called on the
   * thread that runs the request.
   */
  static @Nullable Executor of(HttpServletRequest request) {
    if (VirtualThreads.isCurrent()) {
      return VirtualThreads::run;
    }
    try {
      ServletRequest own = ServletRequestView.unwrap(request);
      Object found = own.getClass().getName().equals(TOMCAT_REQUEST)
          ? ofTomcat(own)
          : ofJetty(request.getServletContext());
      return found instanceof Executor pool ? pool : null;
    } catch (ReflectiveOperationException | RuntimeException closedOrOther) {
      LOG.log(
          Level.DEBUG,
          "FlowShield: the thread pool of the container was not found, so its queue"
              + " is not measured",
          closedOrOther);
      return null;
    }
  }

  private static @Nullable Object ofJetty(@Nullable ServletContext context) {
    return context == null ? null : context.getAttribute(OF_JETTY);
  }

  private static @Nullable Object ofTomcat(ServletRequest facade)
      throws ReflectiveOperationException {
    Field request = facade.getClass().getDeclaredField("request");
    request.setAccessible(true);
    Object connector = get(request.get(facade), "getConnector");
    return get(get(connector, "getProtocolHandler"), "getExecutor");
  }

  private static Object get(Object from, String accessor) throws ReflectiveOperationException {
    return from.getClass().getMethod(accessor).invoke(from);
  }
}

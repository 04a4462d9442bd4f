package dev.flowshield.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pool of threads on which the container runs its requests. Virtual threads are none, but
 * wait for a processor as tasks wait for a thread of a pool, in the order of their coming. Jetty
 * has it in the context; in Tomcat only its own request leads there, by reflection, as neither the
 * Servlet API nor Tomcat offers it. What is not found is not measured; nothing fails by it.
 */
final class ContainerPool {

  private static final String OF_JETTY = "org.eclipse.jetty.server.Executor"; // an attribute
  private static final String TOMCAT_REQUEST = "org.apache.catalina.connector.RequestFacade";

  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");

  private ContainerPool() {}

  /**
   * The pool that a request came by; null if it is not to be found. To be asked on the thread that
   * the request has been given.
   */
  static @Nullable Executor of(HttpServletRequest request) {
    if (VirtualThreads.areUsedHere()) {
      return VirtualThreads::run;
    }
    try {
      ServletRequest own = ServletRequestView.lowest(request);
      Object found = own.getClass().getName().equals(TOMCAT_REQUEST)
          ? ofTomcat(own)
          : ofJetty(request.getServletContext());
      return found instanceof Executor pool ? pool : null;
    } catch (ReflectiveOperationException | RuntimeException closedOrOther) {
      LOG.log(
          Level.DEBUG,
          "FlowShield: the pool of threads of the container is not found, so a queue in front of"
              + " them is not seen",
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

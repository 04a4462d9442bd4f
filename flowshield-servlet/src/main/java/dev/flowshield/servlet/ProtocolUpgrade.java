package dev.flowshield.servlet;

import dev.flowshield.http.binding.Progress;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * A connection that has left HTTP, for example for a web socket. It can be polled for its end.
 *
 * <p>Containers do not report the end, but their public classes show it. In Jetty, the request has
 * the new connection as an attribute, and its end point is open or closed. In Tomcat, the handler
 * of a {@code jakarta.websocket} belongs to a group as long as it is served. The end is unknown
 * with any other container or handler.
 */
final class ProtocolUpgrade {

  private static final String OF_JETTY = "org.eclipse.jetty.server.HttpStream.upgradeConnection";
  private static final int POLLS_BEFORE_START = 4;

  /** The state of the connection. */
  private interface Connection {
    boolean isOpen() throws ReflectiveOperationException;
  }

  private final Connection connection;
  private final int pollsBeforeStart; // if it opens after the chain has returned
  private boolean hasStarted; // confined to the polling task
  private int polls; // likewise

  private ProtocolUpgrade(Connection connection, int pollsBeforeStart) {
    this.connection = connection;
    this.pollsBeforeStart = pollsBeforeStart;
  }

  /**
   * Returns the upgrade of a request, or null if its end cannot be known.
   *
   * @param handler the handler to which the application has passed the connection; null if it used
   *     another way
   */
  static @Nullable ProtocolUpgrade of(
      ServletRequest request, @Nullable HttpUpgradeHandler handler) {
    try {
      Object ofJetty = request.getAttribute(OF_JETTY);
      if (ofJetty != null) {
        return ofJetty(ofJetty);
      }
      return handler == null ? null : ofTomcat(handler);
    } catch (ReflectiveOperationException unknownContainer) {
      return null;
    }
  }

  private static ProtocolUpgrade ofJetty(Object connection) throws ReflectiveOperationException {
    ClassLoader jetty = connection.getClass().getClassLoader();
    Method getEndPoint = type("org.eclipse.jetty.io.Connection", jetty).getMethod("getEndPoint");
    Method isOpen = type("org.eclipse.jetty.io.EndPoint", jetty).getMethod("isOpen");
    Object endPoint = getEndPoint.invoke(connection);
    return new ProtocolUpgrade(() -> Boolean.TRUE.equals(isOpen.invoke(endPoint)), 0);
  }

  private static @Nullable ProtocolUpgrade ofTomcat(HttpUpgradeHandler handler)
      throws ReflectiveOperationException {
    String upgrade = "org.apache.coyote.http11.upgrade.";
    ClassLoader tomcat = handler.getClass().getClassLoader();
    Class<?> internal = type(upgrade + "InternalHttpUpgradeHandler", tomcat);
    if (!internal.isInstance(handler)) {
      return null;
    }
    Object info = internal.getMethod("getUpgradeInfo").invoke(handler);
    if (info == null) {
      return null;
    }
    Method getGroup = type(upgrade + "UpgradeInfo", tomcat).getMethod("getGlobalProcessor");
    return new ProtocolUpgrade(() -> getGroup.invoke(info) != null, POLLS_BEFORE_START);
  }

  private static Class<?> type(String name, ClassLoader container) throws ClassNotFoundException {
    return Class.forName(name, false, container);
  }

  /** Returns the progress of the connection. */
  Progress progress() {
    try {
      if (connection.isOpen()) {
        hasStarted = true;
        return Progress.ESTABLISHED;
      }
    } catch (ReflectiveOperationException impossible) { // the methods were found before
      return Progress.ENDED;
    }
    polls++;
    return hasStarted || polls > pollsBeforeStart ? Progress.ENDED : Progress.GOING_ON;
  }
}

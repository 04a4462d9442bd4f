package dev.flowshield.servlet;

import dev.flowshield.http.binding.Progress;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * A connection that has left HTTP, as for a web socket, and whether it is still there.
 *
 * <p>No container tells its end, but each leaves a sign in public classes of its own. In Jetty, the
 * request has the new connection as an attribute, whose end point is open or closed. In Tomcat, the
 * handler of a {@code jakarta.websocket} belongs to a group for as long as it is served. For any
 * other container or handler the end is not known.
 */
final class ProtocolUpgrade {

  private static final String OF_JETTY = "org.eclipse.jetty.server.HttpStream.upgradeConnection";
  private static final int LOOKS_BEFORE_IT_BEGINS = 4;

  /** Asks for the sign. */
  private interface Sign {
    boolean isThere() throws ReflectiveOperationException;
  }

  private final Sign sign;
  private final int patience; // in looks, for a sign that comes after the chain has returned
  private boolean hasBegun; // accessed by the one task that looks
  private int looks; // likewise

  private ProtocolUpgrade(Sign sign, int patience) {
    this.sign = sign;
    this.patience = patience;
  }

  /**
   * What a request has become; null if its end cannot be known.
   *
   * @param handler what the application has handed the connection to; null if it went another way
   */
  static @Nullable ProtocolUpgrade of(
      ServletRequest request, @Nullable HttpUpgradeHandler handler) {
    try {
      Object ofJetty = request.getAttribute(OF_JETTY);
      if (ofJetty != null) {
        return ofJetty(ofJetty);
      }
      return handler == null ? null : ofTomcat(handler);
    } catch (ReflectiveOperationException anotherOne) {
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
    return new ProtocolUpgrade(() -> getGroup.invoke(info) != null, LOOKS_BEFORE_IT_BEGINS);
  }

  private static Class<?> type(String name, ClassLoader container) throws ClassNotFoundException {
    return Class.forName(name, false, container);
  }

  /** How far it has come. */
  Progress progress() {
    try {
      if (sign.isThere()) {
        hasBegun = true;
        return Progress.ESTABLISHED;
      }
    } catch (ReflectiveOperationException impossible) { // it was found before
      return Progress.ENDED;
    }
    looks++;
    return hasBegun || looks > patience ? Progress.ENDED : Progress.GOING_ON;
  }
}

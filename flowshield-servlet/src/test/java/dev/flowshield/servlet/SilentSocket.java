package dev.flowshield.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Objects;
import org.apache.tomcat.websocket.server.WsSci;

/** A web socket that sends nothing. */
public final class SilentSocket extends Endpoint {

  static final String PATH = "/socket";

  /** Creates the socket. For the container. */
  public SilentSocket() {}

  /** Registers it in Tomcat. */
  static void register(ServletContext context) throws ServletException {
    new WsSci().onStartup(null, context);
    ServerContainer sockets =
        (ServerContainer) context.getAttribute(ServerContainer.class.getName());
    try {
      Objects.requireNonNull(sockets)
          .addEndpoint(
              ServerEndpointConfig.Builder.create(SilentSocket.class, PATH).build());
    } catch (DeploymentException impossible) {
      throw new ServletException(impossible);
    }
  }

  @Override
  public void onOpen(Session session, EndpointConfig config) {}
}

package dev.flowshield.vertx;

import dev.flowshield.http.binding.Progress;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a request that may leave HTTP, for a web socket or a tunnel. It can be polled
 * for its end.
 *
 * <p>Vert.x reports the end only to the web socket, which is known only to the application. This
 * class therefore polls the underlying Netty channel. Vert.x exposes the channel in classes that it
 * does not export, so the end is unknown if Vert.x is a named module.
 */
final class ProtocolUpgrade {

  private static final @Nullable MethodHandle CHANNEL;
  private static final @Nullable MethodHandle IS_ACTIVE;

  static {
    MethodHandle channel = null;
    MethodHandle isActive = null;
    try {
      Lookup publicLookup = MethodHandles.publicLookup(); // of Netty, which is not read here
      Class<?> connection = type("io.vertx.core.http.impl.HttpServerConnection");
      Class<?> context = type("io.netty.channel.ChannelHandlerContext");
      Class<?> channelType = type("io.netty.channel.Channel");
      MethodHandle toContext = MethodHandles.lookup()
          .findVirtual(connection, "channelHandlerContext", MethodType.methodType(context));
      MethodHandle toChannel =
          publicLookup.findVirtual(context, "channel", MethodType.methodType(channelType));
      channel = MethodHandles.filterReturnValue(toContext, toChannel)
          .asType(MethodType.methodType(Object.class, HttpConnection.class));
      isActive = publicLookup
          .findVirtual(channelType, "isActive", MethodType.methodType(boolean.class))
          .asType(MethodType.methodType(boolean.class, Object.class));
    } catch (ReflectiveOperationException notExported) {
      channel = null;
    }
    CHANNEL = channel;
    IS_ACTIVE = isActive;
  }

  // Strong references, because the application may drop both while its web socket is open.
  private final HttpServerResponse response;
  private final Object channel;

  private ProtocolUpgrade(HttpServerResponse response, Object channel) {
    this.response = response;
    this.channel = channel;
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(name, false, HttpConnection.class.getClassLoader());
  }

  /** Returns the connection of an upgrade request, or null if its end could not be known. */
  static @Nullable ProtocolUpgrade of(HttpServerRequest request) {
    if (CHANNEL == null) {
      return null;
    }
    try {
      return new ProtocolUpgrade(
          request.response(), (Object) CHANNEL.invokeExact(request.connection()));
    } catch (Throwable notExported) { // such as a connection of another kind
      return null;
    }
  }

  /** Returns the response that was replaced by the new protocol. */
  HttpServerResponse response() {
    return response;
  }

  /** Returns whether the connection is open. */
  boolean isOpen() {
    try {
      return IS_ACTIVE != null && (boolean) IS_ACTIVE.invokeExact(channel);
    } catch (Throwable impossible) { // the method reads a state
      return false;
    }
  }

  /** Returns the progress of the connection after it has left HTTP. */
  Progress progress() {
    return isOpen() ? Progress.ESTABLISHED : Progress.ENDED;
  }
}

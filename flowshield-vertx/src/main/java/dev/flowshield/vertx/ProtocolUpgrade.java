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
 * The connection of a request that may leave HTTP, for a web socket or a tunnel, and whether it is
 * still there.
 *
 * <p>Vert.x tells its end to the web socket alone, of which only the application knows. So this
 * asks the channel of Netty below, which Vert.x shows in classes that it does not export: where it
 * is a named module it does not let them be used, and then the end is not known.
 */
final class ProtocolUpgrade {

  private static final @Nullable MethodHandle CHANNEL;
  private static final @Nullable MethodHandle IS_ACTIVE;

  static {
    MethodHandle channel = null;
    MethodHandle isActive = null;
    try {
      Lookup ofAll = MethodHandles.publicLookup(); // of Netty, which this module does not read
      Class<?> connection = type("io.vertx.core.http.impl.HttpServerConnection");
      Class<?> context = type("io.netty.channel.ChannelHandlerContext");
      Class<?> ofNetty = type("io.netty.channel.Channel");
      MethodHandle toContext = MethodHandles.lookup()
          .findVirtual(connection, "channelHandlerContext", MethodType.methodType(context));
      MethodHandle toChannel =
          ofAll.findVirtual(context, "channel", MethodType.methodType(ofNetty));
      channel = MethodHandles.filterReturnValue(toContext, toChannel)
          .asType(MethodType.methodType(Object.class, HttpConnection.class));
      isActive = ofAll
          .findVirtual(ofNetty, "isActive", MethodType.methodType(boolean.class))
          .asType(MethodType.methodType(boolean.class, Object.class));
    } catch (ReflectiveOperationException notShown) {
      channel = null;
    }
    CHANNEL = channel;
    IS_ACTIVE = isActive;
  }

  // Held: the application may forget both while its web socket is open.
  private final HttpServerResponse response;
  private final Object channel;

  private ProtocolUpgrade(HttpServerResponse response, Object channel) {
    this.response = response;
    this.channel = channel;
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(name, false, HttpConnection.class.getClassLoader());
  }

  /** Of a request that asks for it; null if the end of its connection could not be known. */
  static @Nullable ProtocolUpgrade of(HttpServerRequest request) {
    if (CHANNEL == null) {
      return null;
    }
    try {
      return new ProtocolUpgrade(
          request.response(), (Object) CHANNEL.invokeExact(request.connection()));
    } catch (Throwable notShown) { // as of a connection of another kind
      return null;
    }
  }

  /** The response that has turned into something else. */
  HttpServerResponse response() {
    return response;
  }

  /** Whether the connection is there. */
  boolean isOpen() {
    try {
      return IS_ACTIVE != null && (boolean) IS_ACTIVE.invokeExact(channel);
    } catch (Throwable impossible) { // it reads a state
      return false;
    }
  }

  /** How far it has come, once it has left HTTP. */
  Progress progress() {
    return isOpen() ? Progress.ESTABLISHED : Progress.ENDED;
  }
}

package dev.flowshield.vertx;

import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A listener that reports the loss of HTTP/1 connections to the requests that they serve.
 *
 * <p>Vert.x reports the loss to a single close handler, which belongs to the application. Its
 * connections also have a future of their end, in classes that Vert.x does not export. If Vert.x is
 * a named module, this future is available only with an option. Without the option, no loss is
 * reported here.
 *
 * <p>Thread-safe. Keeps an entry and a listener for each open connection that has had asynchronous
 * work.
 */
final class ConnectionCloseListener {

  private static final ClassValue<Lookup> LOOKUPS = new ClassValue<>() {
    @Override
    protected Lookup computeValue(Class<?> type) {
      return Lookup.in(type);
    }
  };

  // A connection serves one request at a time, so only its newest request can be in progress.
  private final Map<HttpConnection, ResponseCompletion> newest = new ConcurrentHashMap<>();

  /** Reports the loss of the connection to this request, until a newer request replaces it. */
  void watch(HttpConnection connection, ResponseCompletion request) {
    Lookup lookup = LOOKUPS.get(connection.getClass());
    if (lookup.closeFuture == null || newest.put(connection, request) != null) {
      return; // the connection has a listener
    }
    Future<Void> closed = lookup.of(connection);
    if (closed == null) {
      newest.remove(connection);
    } else {
      closed.onComplete(
          either -> { // at once if it is already closed
            ResponseCompletion last = newest.remove(connection);
            if (last != null) {
              last.connectionLost();
            }
          });
    }
  }

  /**
   * The access to the future of the end, for connections of one class.
   *
   * @param closeFuture the handle; null if there is no such method, or if it is not exported
   */
  private record Lookup(@Nullable MethodHandle closeFuture) {

    static Lookup in(Class<?> type) {
      try {
        return new Lookup(MethodHandles.lookup()
            .findVirtual(type, "closeFuture", MethodType.methodType(Future.class))
            .asType(MethodType.methodType(Future.class, HttpConnection.class)));
      } catch (ReflectiveOperationException notExported) {
        return new Lookup(null);
      }
    }

    @SuppressWarnings("unchecked") // cannot fail in Vert.x 4.5 and 5
    @Nullable
    Future<Void> of(HttpConnection connection) {
      try {
        return closeFuture == null ? null : (Future<Void>) closeFuture.invokeExact(connection);
      } catch (Throwable impossible) { // the method reads a field
        return null;
      }
    }
  }
}

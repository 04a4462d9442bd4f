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
 * Reports the loss of connections over HTTP/1 to the request that each of them serves.
 *
 * <p>Vert.x reports it to one close handler, which belongs to the application. Its connections also
 * have a future of their end, in classes that Vert.x does not export: if Vert.x is a named module,
 * it is not available without an option, and then nothing is reported here.
 *
 * <p>Thread-safe. Keeps an entry for each open connection that has had asynchronous work, and one
 * listener for it.
 */
final class ConnectionCloseListener {

  private static final ClassValue<Lookup> LOOKUPS = new ClassValue<>() {
    @Override
    protected Lookup computeValue(Class<?> type) {
      return Lookup.in(type);
    }
  };

  // A connection serves one request at a time, so the newest is the one that has not ended.
  private final Map<HttpConnection, ResponseCompletion> newest = new ConcurrentHashMap<>();

  /** Reports the loss of the connection to this request, unless a newer one takes its turn. */
  void watch(HttpConnection connection, ResponseCompletion request) {
    Lookup lookup = LOOKUPS.get(connection.getClass());
    if (lookup.closeFuture == null || newest.put(connection, request) != null) {
      return; // there is a listener
    }
    Future<Void> closed = lookup.of(connection);
    if (closed == null) {
      newest.remove(connection);
    } else {
      closed.onComplete(
          either -> { // at once if it is closed already
            ResponseCompletion last = newest.remove(connection);
            if (last != null) {
              last.connectionLost();
            }
          });
    }
  }

  /**
   * The way from connections of one class to the future of their end.
   *
   * @param closeFuture null if there is none, or if it is not exported
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

    @SuppressWarnings("unchecked") // of nothing, in Vert.x 4.5 and 5
    @Nullable
    Future<Void> of(HttpConnection connection) {
      try {
        return closeFuture == null ? null : (Future<Void>) closeFuture.invokeExact(connection);
      } catch (Throwable impossible) { // it reads a header
        return null;
      }
    }
  }
}

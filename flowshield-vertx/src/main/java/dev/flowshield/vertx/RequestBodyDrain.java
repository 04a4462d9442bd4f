package dev.flowshield.vertx;

import dev.flowshield.http.exchange.ShieldResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Method;

/**
 * The remaining body of a rejected request, which Vert.x reads and discards. Vert.x has no time
 * limit for this. This class adds one: {@link ShieldResponse#LINGER} after the response.
 */
final class RequestBodyDrain {

  private static final long NO_ERROR = 0; // of HTTP/2: the body is not needed
  private static final Method RESET = reset();

  private RequestBodyDrain() {}

  /**
   * Closes an HTTP/1 connection after a delay. An immediate close would let incoming data reset the
   * connection before the client has read the response.
   */
  static void closeAfterLinger(RoutingContext context) {
    afterLinger(context, () -> context.request().connection().close());
  }

  /** Closes the connection, or resets the HTTP/2 stream, unless the body arrives in time. */
  static void endUnlessReceived(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (request.isEnded()) {
      return;
    }
    long timer = afterLinger(context, () -> end(request));
    request.end().onComplete(come -> context.vertx().cancelTimer(timer));
  }

  private static long afterLinger(RoutingContext context, Runnable action) {
    return context.vertx().setTimer(ShieldResponse.LINGER.toMillis(), late -> action.run());
  }

  private static void end(HttpServerRequest request) {
    if (request.version() != HttpVersion.HTTP_2) {
      request.connection().close();
      return;
    }
    reset(request.response(), NO_ERROR);
  }

  /** Resets an HTTP/2 stream. */
  static void reset(HttpServerResponse stream, long error) {
    try {
      RESET.invoke(stream, error);
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("a stream could not be reset", failure);
    }
  }

  // Found by reflection, because it returns a boolean in Vert.x 4 and a future in Vert.x 5.
  private static Method reset() {
    try {
      return HttpServerResponse.class.getMethod("reset", long.class);
    } catch (NoSuchMethodException unknownVersion) {
      throw new IllegalStateException(
          "Vert.x must be 4.5 or 5, got one whose streams cannot be reset", unknownVersion);
    }
  }
}

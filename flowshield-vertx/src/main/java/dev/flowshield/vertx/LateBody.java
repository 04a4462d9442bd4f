package dev.flowshield.vertx;

import dev.flowshield.http.exchange.ShieldResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Method;

/**
 * The rest of a rejected request, which Vert.x reads and throws away. By itself it would do so for
 * however long that takes; here, for {@link ShieldResponse#LINGER} after the answer at most.
 */
final class LateBody {

  private static final long NO_ERROR = 0; // of HTTP/2: answered, and the body is not needed
  private static final Method RESET = reset();

  private LateBody() {}

  /**
   * Closes the connection of HTTP/1. Not at once: what is still coming in would reset it before the
   * client has read the answer.
   */
  static void closeAfterLinger(RoutingContext context) {
    afterLinger(context, () -> context.request().connection().close());
  }

  /** Closes the connection, or resets the stream of HTTP/2, unless the body comes in time. */
  static void endUnlessItComes(RoutingContext context) {
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

  /** Resets a stream of HTTP/2. */
  static void reset(HttpServerResponse stream, long error) {
    try {
      RESET.invoke(stream, error);
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("a stream could not be reset", failure);
    }
  }

  // By reflection: it gives back a boolean in Vert.x 4 and a future in Vert.x 5.
  private static Method reset() {
    try {
      return HttpServerResponse.class.getMethod("reset", long.class);
    } catch (NoSuchMethodException unknownVersion) {
      throw new IllegalStateException(
          "Vert.x must be 4.5 or 5, got one whose streams cannot be reset", unknownVersion);
    }
  }
}

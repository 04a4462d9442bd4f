package dev.flowshield.vertx;

import dev.flowshield.http.binding.Progress;
import dev.flowshield.http.binding.WatchedWork;
import dev.flowshield.http.exchange.HttpAdmitted;
import io.vertx.core.AsyncResult;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Closes the admission when the work for a request has ended.
 *
 * <p>The work has ended when the application has ended the response, which Vert.x tells the body
 * end handlers and the end handlers. If the client goes away first, the application usually works
 * on. If the place were free then, a client could have any amount of work done at a time by
 * resetting request after request. So the place is kept until the application ends the response
 * all the same, or the patience of {@link HttpAdmitted#watch} is over.
 *
 * <p>Handlers alone are not enough. An application may replace each of them with its own. Over
 * HTTP/1, Vert.x calls none of them when the response turns into a web socket or a tunnel, or when
 * a pipelined request is handed out on a connection that is already lost; Vert.x 5 does not when
 * the connection is lost while a file is sent. {@link ConnectionCloseListener} reports that loss. The
 * response has ended by then and no work continues, so the place comes back at once.
 *
 * <p>The response is also polled. If it has ended, the end was not reported and its connection is
 * open, a file is still being sent, or the application has replaced the handlers. These two look
 * alike, so the place comes back when the patience is over.
 *
 * <p>A response whose head is out and whose type is {@code text/event-stream} is seen to be an
 * established stream when the handlers have returned, or at a look. So is a web socket or a tunnel,
 * until its connection is lost, where {@link ProtocolUpgrade} can tell that.
 *
 * <p>A stream for which there is no room is cut off: its connection is closed, or its stream of
 * HTTP/2 is reset.
 *
 * <p>Thread-safe. The timers of Vert.x are not used, as they end with the verticle that set them.
 */
final class ResponseCompletion implements WatchedWork {

  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int HTTP1 = -1; // as the id of a stream
  private static final long ENHANCE_YOUR_CALM = 11; // of HTTP/2

  // Those over HTTP/1 that were seen to be lost, for the requests behind on the same connection.
  private static final Map<HttpConnection, Boolean> LOST =
      Collections.synchronizedMap(new WeakHashMap<>());

  private @Nullable ProtocolUpgrade
      leftHttp; // set before the first look; null if it is not asked for

  // Weak, so as to keep no response in memory. One that is collected can no longer be ended.
  private final WeakReference<HttpServerResponse> response;
  private final WeakReference<HttpConnection> connection;
  private final HttpMethod method;
  private final HttpAdmitted admitted;
  private volatile boolean lost; // the connection, over HTTP/1

  private ResponseCompletion(HttpServerRequest request, HttpAdmitted admitted) {
    this.response = new WeakReference<>(request.response());
    this.connection = new WeakReference<>(request.connection());
    this.method = request.method();
    this.admitted = admitted;
  }

  /** Must be called before the request is handed on. An earlier handler may have answered it. */
  static ResponseCompletion of(RoutingContext context, HttpAdmitted admitted) {
    ResponseCompletion end = new ResponseCompletion(context.request(), admitted);
    try {
      context.addBodyEndHandler(ended -> end.close());
      context.addEndHandler(end::told);
    } catch (IllegalStateException alreadyEnded) { // then no handler is called any more
      end.close();
    }
    if (context.response().ended()) {
      end.close();
    }
    return end;
  }

  /** To be called when the handlers that could end the response at once have returned. */
  void handlersReturned(HttpServerRequest request, ConnectionCloseListener ends) {
    if (admitted.isClosed()) {
      return;
    }
    boolean overHttp1 = request.response().streamId() == HTTP1;
    if (overHttp1
        && (method.equals(HttpMethod.CONNECT) || request.headers().contains(HttpHeaders.UPGRADE))) {
      leftHttp = ProtocolUpgrade.of(request);
    }
    if (progress() == Progress.ESTABLISHED) { // at once, as events often come in crowds
      admitted.established();
    }
    admitted.watch(this);
    if (overHttp1) {
      ends.watch(request.connection(), this);
    }
  }

  /**
   * The connection over HTTP/1 is lost. If the application has ended the response, no work goes on:
   * a file was being sent, or it has been a web socket or a tunnel.
   */
  void connectionLost() {
    lost = true; // for a response that is ended only now
    HttpServerResponse left = response.get();
    if (left != null && left.ended()) {
      admitted.ignored();
      admitted.close();
    }
  }

  // Succeeded does not mean answered: a lost connection is told as a success where the application
  // has its own exception handler.
  private void told(AsyncResult<Void> ended) {
    HttpServerResponse told = response.get();
    if (told != null && told.ended()) {
      close();
    } else {
      admitted.ignored();
    }
  }

  @Override
  public Progress progress() {
    ProtocolUpgrade left = leftHttp;
    HttpServerResponse seen = left == null ? response.get() : left.response();
    if (seen != null && hasLeftHttp(seen)) {
      return left == null ? Progress.ENDED : left.progress();
    }
    boolean gone = seen == null || seen.closed() || isConnectionLost();
    if (gone && seen != null && seen.ended()) {
      admitted.ignored();
      return Progress.ENDED;
    }
    if (seen == null || gone || seen.ended()) {
      return Progress.CLIENT_GONE;
    }
    if (left != null && !left.isOpen()) {
      return Progress.CLIENT_GONE;
    }
    return seen.headWritten()
        ? Progress.committed(seen.headers().get(HttpHeaders.CONTENT_TYPE))
        : Progress.GOING_ON;
  }

  @Override
  public void cutOff() {
    HttpServerResponse stream = response.get();
    HttpConnection mine = connection.get();
    if (stream == null || mine == null) {
      return; // it has ended
    }
    try {
      if (stream.streamId() == HTTP1) {
        mine.close();
      } else {
        LateBody.reset(stream, ENHANCE_YOUR_CALM);
      }
    } catch (RejectedExecutionException | IllegalStateException stopped) {
      // The event loop has ended, and the stream with it.
    }
  }

  private boolean hasLeftHttp(HttpServerResponse seen) {
    return seen.ended()
        && (seen.getStatusCode() == SWITCHING_PROTOCOLS || method.equals(HttpMethod.CONNECT));
  }

  private void close() {
    HttpServerResponse ended = response.get();
    if (ended != null) {
      admitted.responded(ended.getStatusCode());
      if (ended.closed() && ended.streamId() == HTTP1) {
        loseConnection();
      }
    }
    admitted.close();
  }

  // A handler that learns of the loss may end its response. Vert.x then hands out the next
  // pipelined request at once, and never calls a handler of that request.
  private void loseConnection() {
    HttpConnection gone = connection.get();
    if (gone != null) {
      LOST.put(gone, true);
    }
  }

  private boolean isConnectionLost() {
    HttpConnection mine = connection.get();
    return lost || mine == null || LOST.containsKey(mine);
  }
}

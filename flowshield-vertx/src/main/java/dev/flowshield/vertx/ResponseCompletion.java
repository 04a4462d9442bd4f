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
 * A listener that closes the admission of a request when its work has ended.
 *
 * <p>The work has ended when the application has ended the response. Vert.x reports this to the
 * body end handlers and the end handlers. If the client goes away first, the application usually
 * continues. If the slot were released then, a client could cause unlimited work by resetting
 * request after request. The slot is therefore kept until the application ends the response, or
 * until the time limit of {@link HttpAdmitted#watch} has passed.
 *
 * <p>The handlers alone do not report every end:
 *
 * <ul>
 *   <li>An application may replace each handler by its own.
 *   <li>Over HTTP/1, Vert.x calls no handler if the response turns into a web socket or a tunnel.
 *   <li>Over HTTP/1, Vert.x calls no handler if a pipelined request starts on a connection that is
 *       already lost.
 *   <li>Vert.x 5 calls no handler if the connection is lost while a file is sent. {@link
 *       ConnectionCloseListener} reports this loss. The response has ended by then and no work
 *       continues, so the slot is released at once.
 * </ul>
 *
 * <p>The response is therefore also polled. An ended response may be found on an open connection,
 * without a reported end. Then either a file is still being sent, or the application has replaced
 * the handlers. These cases cannot be distinguished, so the slot is released after the time limit.
 *
 * <p>A response with a written head and the type {@code text/event-stream} is an established
 * stream. This is detected when the handlers have returned, or by polling. A web socket or a tunnel
 * is also an established stream until its connection is lost, if {@link ProtocolUpgrade} can detect
 * the loss.
 *
 * <p>If too many streams are open, a new stream is ended: its connection is closed, or its HTTP/2
 * stream is reset.
 *
 * <p>Thread-safe. Does not use the timers of Vert.x, because they end with the verticle that set
 * them.
 */
final class ResponseCompletion implements WatchedWork {

  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int HTTP1 = -1; // stream id of HTTP/1
  private static final long ENHANCE_YOUR_CALM = 11; // error code of HTTP/2

  // Lost HTTP/1 connections, for pipelined requests on the same connection.
  private static final Map<HttpConnection, Boolean> LOST =
      Collections.synchronizedMap(new WeakHashMap<>());

  private @Nullable ProtocolUpgrade upgrade; // set before the first poll

  // Weak, so that no response is kept in memory. A collected response can no longer be ended.
  private final WeakReference<HttpServerResponse> response;
  private final WeakReference<HttpConnection> connection;
  private final HttpMethod method;
  private final HttpAdmitted admitted;
  private volatile boolean lost; // the HTTP/1 connection

  private ResponseCompletion(HttpServerRequest request, HttpAdmitted admitted) {
    this.response = new WeakReference<>(request.response());
    this.connection = new WeakReference<>(request.connection());
    this.method = request.method();
    this.admitted = admitted;
  }

  /**
   * Registers for the end of the response. Must be called before the request is passed on. An
   * earlier handler may already have ended the response.
   */
  static ResponseCompletion of(RoutingContext context, HttpAdmitted admitted) {
    ResponseCompletion end = new ResponseCompletion(context.request(), admitted);
    try {
      context.addBodyEndHandler(ended -> end.close());
      context.addEndHandler(end::onEnd);
    } catch (IllegalStateException alreadyEnded) { // no handler will be called
      end.close();
    }
    if (context.response().ended()) {
      end.close();
    }
    return end;
  }

  /**
   * Starts to poll a response that has not ended. Must be called when the handlers that could end
   * the response at once have returned.
   */
  void afterHandlers(HttpServerRequest request, ConnectionCloseListener listener) {
    if (admitted.isClosed()) {
      return;
    }
    boolean overHttp1 = request.response().streamId() == HTTP1;
    if (overHttp1
        && (method.equals(HttpMethod.CONNECT) || request.headers().contains(HttpHeaders.UPGRADE))) {
      upgrade = ProtocolUpgrade.of(request);
    }
    if (progress() == Progress.ESTABLISHED) { // now, because events come in bursts
      admitted.markAsStream();
    }
    admitted.watch(this);
    if (overHttp1) {
      listener.watch(request.connection(), this);
    }
  }

  /**
   * Notes the loss of the HTTP/1 connection. If the application has ended the response, no work
   * continues: a file was being sent, or it was a web socket or a tunnel.
   */
  void connectionLost() {
    lost = true; // for a response that is ended afterwards
    HttpServerResponse current = response.get();
    if (current != null && current.ended()) {
      admitted.ignored();
      admitted.close();
    }
  }

  // Success does not mean that the response ended: if the application has an exception handler, a
  // lost connection is also reported as a success.
  private void onEnd(AsyncResult<Void> result) {
    HttpServerResponse current = response.get();
    if (current != null && current.ended()) {
      close();
    } else {
      admitted.ignored();
    }
  }

  @Override
  public Progress progress() {
    ProtocolUpgrade upgraded = upgrade;
    HttpServerResponse current = upgraded == null ? response.get() : upgraded.response();
    if (current != null && isUpgraded(current)) {
      return upgraded == null ? Progress.ENDED : upgraded.progress();
    }
    boolean isGone = current == null || current.closed() || isConnectionLost();
    if (isGone && current != null && current.ended()) {
      admitted.ignored();
      return Progress.ENDED;
    }
    if (current == null || isGone || current.ended()) {
      return Progress.CLIENT_GONE;
    }
    if (upgraded != null && !upgraded.isOpen()) {
      return Progress.CLIENT_GONE;
    }
    return current.headWritten()
        ? Progress.committed(current.headers().get(HttpHeaders.CONTENT_TYPE))
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
        RequestBodyDrain.reset(stream, ENHANCE_YOUR_CALM);
      }
    } catch (RejectedExecutionException | IllegalStateException stopped) {
      // The event loop has ended, and the stream with it.
    }
  }

  private boolean isUpgraded(HttpServerResponse current) {
    return current.ended()
        && (current.getStatusCode() == SWITCHING_PROTOCOLS || method.equals(HttpMethod.CONNECT));
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

  // A handler that is notified of the loss may end its response. Vert.x then starts the next
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

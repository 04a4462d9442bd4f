package dev.flowshield.vertx;

import dev.flowshield.http.HttpAdmitted;
import io.vertx.core.AsyncResult;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Closes the admission when the work for a request has ended.
 *
 * <p>The work has ended when the application has ended the response, which Vert.x tells the body
 * end handlers and the end handlers. If the client goes away first, the application usually works
 * on. If the place were free then, a client could have any amount of work done at a time by
 * resetting request after request. So the place is kept until the application ends the response
 * all the same, and for {@value #PATIENCE_SECONDS} seconds at most.
 *
 * <p>Handlers alone are not enough. An application may replace each of them with its own. Over
 * HTTP/1, Vert.x calls none of them when the connection is lost while a file is sent, when the
 * response turns into a web socket or a tunnel, or when a pipelined request is handed out on a
 * connection that is already lost. So the responses in flight are also looked at, all of them in
 * one task, {@value #LOOKS_A_SECOND} times a second. Nothing is scheduled for a single request, and
 * nothing while none is in flight. A response that is ended but not reported is a file that is
 * still being sent, or one whose connection is lost: they look alike, so it too keeps its place for
 * {@value #PATIENCE_SECONDS} seconds at most.
 *
 * <p>Thread-safe. The timers of Vert.x are not used, as they end with the verticle that set them.
 */
final class EndOfWork {

  private static final int PATIENCE_SECONDS = 5;
  private static final int LOOKS_A_SECOND = 10;
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int SERVER_ERROR = 500;
  private static final int HTTP1 = -1; // as the id of a stream

  private static final Executor AT_NEXT_LOOK = CompletableFuture.delayedExecutor(
      1000 / LOOKS_A_SECOND, TimeUnit.MILLISECONDS, Runnable::run);

  private static final Set<EndOfWork> OPEN = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean LOOKING = new AtomicBoolean();

  // Weak, so as to keep no response in memory. One that is collected can no longer be ended.
  private final WeakReference<HttpServerResponse> response;
  private final WeakReference<HttpConnection> connection;
  private final HttpMethod method;
  private final HttpAdmitted admitted;

  private volatile boolean lost;
  private int looksSinceOver; // accessed by the one task that looks

  private EndOfWork(HttpServerRequest request, HttpAdmitted admitted) {
    this.response = new WeakReference<>(request.response());
    this.connection = new WeakReference<>(request.connection());
    this.method = request.method();
    this.admitted = admitted;
  }

  /** Must be called before the request is handed on. An earlier handler may have answered it. */
  static void watch(RoutingContext context, HttpAdmitted admitted) {
    EndOfWork end = new EndOfWork(context.request(), admitted);
    OPEN.add(end);
    try {
      context.addBodyEndHandler(ended -> end.close());
      context.addEndHandler(end::told);
    } catch (IllegalStateException alreadyEnded) { // then no handler is called any more
      end.close();
    }
    if (context.response().ended()) {
      end.close();
    }
    lookSoon();
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

  private static void lookSoon() {
    if (!LOOKING.get() && LOOKING.compareAndSet(false, true)) {
      AT_NEXT_LOOK.execute(EndOfWork::lookAtAll);
    }
  }

  private static void lookAtAll() {
    try {
      OPEN.forEach(EndOfWork::look);
    } finally {
      LOOKING.set(false);
    }
    if (!OPEN.isEmpty()) {
      lookSoon();
    }
  }

  private void look() {
    HttpServerResponse seen = response.get();
    if (seen != null && hasLeftHttp(seen)) {
      close();
    } else if (seen == null || seen.ended() || seen.closed() || lost) {
      looksSinceOver++;
      if (looksSinceOver > PATIENCE_SECONDS * LOOKS_A_SECOND) {
        admitted.ignored();
        close();
      }
    }
  }

  private boolean hasLeftHttp(HttpServerResponse seen) {
    return seen.ended()
        && (seen.getStatusCode() == SWITCHING_PROTOCOLS || method.equals(HttpMethod.CONNECT));
  }

  private void close() {
    OPEN.remove(this);
    HttpServerResponse ended = response.get();
    if (ended != null) {
      if (ended.getStatusCode() >= SERVER_ERROR) {
        admitted.failed();
      }
      if (ended.closed() && ended.streamId() == HTTP1) {
        loseThoseBehind();
      }
    }
    admitted.close();
  }

  // If a handler that is told of the loss ends its response, Vert.x hands out the next pipelined
  // request at once, and never tells that one of the loss.
  private void loseThoseBehind() {
    HttpConnection gone = connection.get();
    for (EndOfWork each : OPEN) {
      if (gone != null && each.connection.get() == gone) {
        each.lost = true;
      }
    }
  }
}

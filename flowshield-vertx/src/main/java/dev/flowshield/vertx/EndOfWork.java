package dev.flowshield.vertx;

import dev.flowshield.http.HttpAdmitted;
import io.vertx.core.AsyncResult;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Closes the admission when the work for a request has ended.
 *
 * <p>That is when the application has ended the response. If the client resets its stream or connection, Vert.x calls the end handlers at
 * once, and the application, as a rule, works on. Were the place free then, a client could have any amount of work done at a time by
 * resetting request after request. So the place is kept until the application ends the response all the same, which Vert.x tells the
 * body end handlers; and in case it never does, for {@value #PATIENCE_SECONDS} seconds at most.
 *
 * <p>A response that turns into a web socket or a tunnel ends without any handler being told, so for these it is looked at.
 *
 * <p>Thread-safe. The waiting is not done by Vert.x, whose timers end with the verticle that set them.
 */
final class EndOfWork {

  private static final int PATIENCE_SECONDS = 5;
  private static final int LOOK_MILLIS = 100;
  private static final int SERVER_ERROR = 500;

  private static final Executor AFTER_PATIENCE =
      CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS, Runnable::run);
  private static final Executor AT_NEXT_LOOK =
      CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS, Runnable::run);

  private final HttpServerResponse response;
  private final HttpAdmitted admitted;
  private volatile boolean closed;

  private EndOfWork(HttpServerResponse response, HttpAdmitted admitted) {
    this.response = response;
    this.admitted = admitted;
  }

  /** To be called before the request is handed on. Others may have had it before, and may have been done with it. */
  static void watch(RoutingContext context, HttpAdmitted admitted) {
    EndOfWork end = new EndOfWork(context.response(), admitted);
    try {
      context.addBodyEndHandler(ended -> end.close());
      context.addEndHandler(end::ended);
    } catch (IllegalStateException alreadyEnded) { // then nobody will tell
      end.close();
    }
    if (end.response.ended()) {
      end.close();
    } else if (end.response.closed()) {
      end.giveUp();
    } else if (mayLeaveHttp(context.request())) {
      AT_NEXT_LOOK.execute(end::look);
    }
  }

  private static boolean mayLeaveHttp(HttpServerRequest request) {
    return request.method().equals(HttpMethod.CONNECT)
        || request.headers().contains(HttpHeaders.UPGRADE);
  }

  // Succeeded does not mean answered: a lost connection is told as a success where the application
  // has its own exception handler.
  private void ended(AsyncResult<Void> told) {
    if (response.ended()) {
      close();
    } else {
      giveUp();
    }
  }

  private void giveUp() {
    admitted.ignored();
    AFTER_PATIENCE.execute(this::close);
  }

  private void look() {
    if (response.ended()) {
      close();
    } else if (!closed) {
      AT_NEXT_LOOK.execute(this::look);
    }
  }

  private void close() {
    if (response.getStatusCode() >= SERVER_ERROR) {
      admitted.failed();
    }
    closed = true;
    admitted.close();
  }
}

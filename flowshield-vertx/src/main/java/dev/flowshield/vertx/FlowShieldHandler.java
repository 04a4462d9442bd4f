package dev.flowshield.vertx;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.binding.AdmissionHooks;
import dev.flowshield.http.binding.QueueProbe;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.InputTrustHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A route handler that passes the requests that its shield admits to the next handler, and writes
 * the responses to all others.
 *
 * <pre>{@code
 * router.route().handler(FlowShieldHandler.create());
 * }</pre>
 *
 * <p>This is a security policy handler, so it must be added before handlers that read bodies or
 * authenticate users. The client is the peer of the connection, regardless of {@code
 * Router.allowForward}.
 *
 * <p><b>Slots.</b> A request holds its slot until its response has ended. An event stream, a web
 * socket or a tunnel holds its slot until it is open, and is then an open stream until it has
 * ended. If the client goes away, the application usually continues. The request then holds its
 * slot until the response is ended, or for five more seconds at most.
 *
 * <p>A file that is sent over HTTP/1 holds its slot until it is sent or its connection is lost, or
 * for about five seconds at most. If Vert.x 5 is a named module, it does not report the loss while
 * a file is sent. The option {@code --add-exports
 * io.vertx.core/io.vertx.core.http.impl=dev.flowshield.vertx} makes it visible.
 *
 * <p>An application that sets both the {@code endHandler} and the {@code bodyEndHandler} of a
 * response replaces the handlers of the shield. Its requests hold their slots for five seconds
 * after their responses have ended. To avoid this, use the handlers of {@link RoutingContext}
 * instead.
 *
 * <p><b>Thread queue.</b> If the shield adapts its limit on work in flight, a {@link QueueProbe}
 * measures the wait for the event loops, or for the worker of a worker verticle.
 *
 * <p>Thread-safe. One handler may be used in the routers of several verticles. Never blocks: for
 * limits that are kept elsewhere, the request is paused until the limiter has decided. If the
 * limiter fails, or has not decided after five seconds, the request fails.
 */
public final class FlowShieldHandler implements SecurityPolicyHandler {

  private static final String SHARED = "dev.flowshield.vertx";
  private static final String NO_SHIELD =
      "shield must be an existing shield, got null: build one, or omit it to create one from the configuration";

  private final ConnectionCloseListener closeListener = new ConnectionCloseListener();
  private volatile HttpShield shield;
  private volatile QueueProbe probe;
  private volatile boolean isResolved;

  private FlowShieldHandler(HttpShield shield, boolean isResolved) {
    this.shield = shield;
    this.probe = new QueueProbe(shield.engine());
    this.isResolved = isResolved;
  }

  /**
   * Creates a handler with a shield from the configuration; see {@link
   * HttpShield#fromConfiguration()}. The default is 100 requests per second for each client.
   *
   * <p>All handlers created by this method for one {@link Vertx} share one shield. Four verticles
   * therefore do not admit four times the limit.
   */
  public static FlowShieldHandler create() {
    Context context = Vertx.currentContext();
    return context == null
        ? new FlowShieldHandler(HttpShield.fromConfiguration(), false)
        : new FlowShieldHandler(shared(context.owner(), null), true);
  }

  /** Creates a handler with an existing shield, which other handlers may share. */
  public static FlowShieldHandler create(HttpShield shield) {
    return new FlowShieldHandler(Objects.requireNonNull(shield, NO_SHIELD), true);
  }

  /**
   * Creates a handler to be added after the authentication of a route. Its policies know the user
   * of a request ({@code key=principal}). This is an input trust handler, so the router accepts it
   * only after the authentication. Requests that the authentication rejects do not reach this
   * handler. Therefore add another shield, which counts by address, before the authentication.
   */
  public static InputTrustHandler afterAuthentication(HttpShield shield) {
    return create(shield)::handle;
  }

  /**
   * Reports the cost of a request, for policies with {@code cost=later}. The application calls it
   * before the response ends. The last call counts. No effect without such a policy.
   *
   * @param permits the cost, 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public static void reportCost(RoutingContext context, long permits) {
    AdmissionHooks.reportCost(new VertxRequestView(context), permits);
  }

  /**
   * Declares that a request is a stream from now on, such as a long poll that waits; see {@link
   * HttpAdmitted#markAsStream()}. Event streams and web sockets are detected without this call.
   *
   * @return false if too many streams are open. The request then stays in flight, so respond to it
   *     at once
   */
  public static boolean markAsStream(RoutingContext context) {
    return AdmissionHooks.markAsStream(new VertxRequestView(context));
  }

  /** Returns the shield, which has the statistics. */
  public HttpShield shield() {
    return shield;
  }

  @Override
  public void handle(RoutingContext context) {
    if (!isResolved) { // created outside of Vert.x: the instance is known now
      shield = shared(context.vertx(), shield);
      probe = new QueueProbe(shield.engine());
      isResolved = true;
    }
    if (!shield.isEnabled()) {
      context.next();
      return;
    }
    if (probe.isIdle()) {
      Context own = context.vertx().getOrCreateContext();
      probe.requestArrived(task -> own.runOnContext(turn -> task.run()));
    }
    if (shield.isSynchronous()) {
      decide(context, shield.admit(new VertxRequestView(context)));
    } else {
      admitAsync(context);
    }
  }

  /**
   * Admits the request without blocking the event loop, which continues when the limiter has
   * decided. The request is paused meanwhile, because incoming data would be lost otherwise. It is
   * resumed in the same turn in which it is passed on or responded to, because a connection that
   * stays paused serves no further request.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // failures are reported by the admission
  private void admitAsync(RoutingContext context) {
    HttpServerRequest request = context.request();
    Context own = context.vertx().getOrCreateContext();
    CompletableFuture<HttpAdmission> pending = shield.admitAsync(
        new VertxRequestView(context), task -> own.runOnContext(turn -> task.run()));
    boolean waits = !pending.isDone();
    boolean isPaused = waits && !request.isEnded();
    if (isPaused) {
      request.pause();
    }
    if (waits) {
      context.addEndHandler(gone -> pending.cancel(false)); // no effect once decided
    }
    pending.whenComplete((admission, failure) -> {
      if (pending.isCancelled()) {
        return; // the client has gone
      }
      if (isPaused) {
        request.resume();
      }
      if (failure != null) {
        context.fail(failure);
      } else {
        decide(context, admission);
      }
    });
  }

  private void decide(RoutingContext context, HttpAdmission admission) {
    if (admission instanceof HttpAdmitted admitted) {
      ResponseCompletion end = ResponseCompletion.of(context, admitted);
      for (ShieldResponse.Header header : admitted.headers()) {
        context.response().headers().add(header.name(), header.value());
      }
      try {
        context.next();
      } finally {
        end.afterHandlers(context.request(), closeListener);
      }
    } else if (admission instanceof ShieldResponse rejection) {
      write(context, rejection);
    }
  }

  private static void write(RoutingContext context, ShieldResponse rejection) {
    HttpServerResponse response = context.response().setStatusCode(rejection.status());
    for (ShieldResponse.Header header : rejection.headers()) {
      response.putHeader(header.name(), header.value());
    }
    HttpServerRequest request = context.request();
    boolean overHttp1 = request.version().compareTo(HttpVersion.HTTP_2) < 0;
    boolean closes = overHttp1 && rejection.closesConnection();
    if (closes) {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    Future<Void> written = response.end(Buffer.buffer(rejection.body()));
    if (closes) {
      written.onComplete(done -> RequestBodyDrain.closeAfterLinger(context));
    } else if (mayHaveBody(request, overHttp1)) {
      written.onComplete(done -> RequestBodyDrain.endUnlessReceived(context));
    }
  }

  // Over HTTP/2, a request can have a body without a header that announces it.
  private static boolean mayHaveBody(HttpServerRequest request, boolean overHttp1) {
    return overHttp1 ? request.getHeader(HttpHeaders.CONTENT_LENGTH) != null : !request.isEnded();
  }

  private static HttpShield shared(Vertx vertx, @Nullable HttpShield offered) {
    LocalMap<String, Shared> shields = vertx.sharedData().getLocalMap(SHARED);
    return shields
        .computeIfAbsent(
            SHARED,
            absent -> new Shared(offered == null ? HttpShield.fromConfiguration() : offered))
        .shield();
  }

  private record Shared(HttpShield shield) implements Shareable {}
}

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
 * Stands before the other handlers of a route and lets through what the shield admits.
 *
 * <pre>{@code
 * router.route().handler(FlowShieldHandler.create());
 * }</pre>
 *
 * <p>A security policy handler, so it stands before those that read bodies or ask who the user is.
 * The client is the peer of the connection, whatever {@code Router.allowForward} makes of it.
 *
 * <p>A request is in flight until its response has ended; an event stream, a web socket or a tunnel
 * until it is open, and then it is an open stream until it has ended. If the
 * client goes away before that, the work goes on, and so the request is in flight until the
 * response is ended all the same, or for five more seconds. A file that is sent over HTTP/1 is in
 * flight until it has been sent or its connection is lost, and for about five seconds at most. If
 * Vert.x 5 is a named module, it shows this class no loss while a file is sent; the option
 * {@code --add-exports io.vertx.core/io.vertx.core.http.impl=dev.flowshield.vertx} changes that.
 *
 * <p>An application that sets both the {@code endHandler} and the {@code bodyEndHandler} of a
 * response replaces those of the shield. Its requests stay in flight for five seconds after their
 * response has ended, unless it uses those of {@link RoutingContext} instead.
 *
 * <p>Where the shield finds its cap by itself, a {@link QueueProbe} measures the wait for the event
 * loops, or for the worker of a worker verticle.
 *
 * <p>Thread-safe; one may stand in the routers of several verticles. Never blocks: where a limit is
 * kept elsewhere, the request is paused until the limiter has answered. If the limiter fails, or
 * has not answered after five seconds, the request fails.
 */
public final class FlowShieldHandler implements SecurityPolicyHandler {

  private static final String SHARED = "dev.flowshield.vertx";
  private static final String NO_SHIELD =
      "shield must be one made before, got null: build one, or leave it out for one that the configuration asks for";

  private final ConnectionCloseListener connectionEnds = new ConnectionCloseListener();
  private volatile HttpShield shield;
  private volatile QueueProbe probe;
  private volatile boolean settled;

  private FlowShieldHandler(HttpShield shield, boolean settled) {
    this.shield = shield;
    this.probe = new QueueProbe(shield.engine());
    this.settled = settled;
  }

  /**
   * Protects as the configuration wants it, see {@link HttpShield#fromConfiguration()}: 100
   * requests a second for each client.
   *
   * <p>All handlers made this way that serve one {@link Vertx} share one shield, so that four
   * verticles do not admit four times the limit.
   */
  public static FlowShieldHandler create() {
    Context context = Vertx.currentContext();
    return context == null
        ? new FlowShieldHandler(HttpShield.fromConfiguration(), false)
        : new FlowShieldHandler(shared(context.owner(), null), true);
  }

  /** Protects with a shield, which may stand in other handlers too. */
  public static FlowShieldHandler create(HttpShield shield) {
    return new FlowShieldHandler(Objects.requireNonNull(shield, NO_SHIELD), true);
  }

  /**
   * Protects behind the authentication of a route, where policies know the user of a request
   * ({@code key=principal}): an input trust handler, so it may stand there, and only there.
   * Requests that the authentication rejects do not come so far, so another shield, which counts by
   * the address, stands before it.
   */
  public static InputTrustHandler afterAuthentication(HttpShield shield) {
    return create(shield)::handle;
  }

  /**
   * Says what a request has cost, for policies with {@code cost=later}: called by the application
   * before the response ends. The last one counts. Without such a policy it does nothing.
   *
   * @param permits 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public static void cost(RoutingContext context, long permits) {
    AdmissionHooks.cost(new VertxRequest(context), permits);
  }

  /**
   * Says that a request is a stream from now on, such as a long poll that waits: see
   * {@link HttpAdmitted#established()}. Event streams and web sockets need not be named.
   *
   * @return false if there is no room for its stream: it stays in flight, so respond to it at once
   */
  public static boolean established(RoutingContext context) {
    return AdmissionHooks.established(new VertxRequest(context));
  }

  /** The shield, to ask for its numbers. */
  public HttpShield shield() {
    return shield;
  }

  @Override
  public void handle(RoutingContext context) {
    if (!settled) { // made outside of Vert.x: now it is known which one it serves
      shield = shared(context.vertx(), shield);
      probe = new QueueProbe(shield.engine());
      settled = true;
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
      decide(context, shield.admit(new VertxRequest(context)));
    } else {
      askLater(context);
    }
  }

  /**
   * Asks without blocking the event loop, which goes on when the limiter has answered. The request
   * is paused meanwhile, as what came in would be lost else, and resumed in the turn in which it is
   * handed on or answered: a connection that is left paused serves no further request.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // its failures are those of the admission
  private void askLater(RoutingContext context) {
    HttpServerRequest request = context.request();
    Context own = context.vertx().getOrCreateContext();
    CompletableFuture<HttpAdmission> asked =
        shield.admitAsync(new VertxRequest(context), task -> own.runOnContext(turn -> task.run()));
    boolean waits = !asked.isDone();
    boolean isPaused = waits && !request.isEnded();
    if (isPaused) {
      request.pause();
    }
    if (waits) {
      context.addEndHandler(gone -> asked.cancel(false)); // does nothing once it is answered
    }
    asked.whenComplete((admission, failure) -> {
      if (asked.isCancelled()) {
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
        end.handlersReturned(context.request(), connectionEnds);
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
      written.onComplete(done -> LateBody.closeAfterLinger(context));
    } else if (mayHaveBody(request, overHttp1)) {
      written.onComplete(done -> LateBody.endUnlessItComes(context));
    }
  }

  // Over HTTP/2 a body needs no header that announces it.
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

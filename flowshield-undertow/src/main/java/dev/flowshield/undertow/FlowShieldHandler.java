package dev.flowshield.undertow;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.binding.AdmissionHooks;
import dev.flowshield.http.binding.QueueProbe;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * Stands in front of a handler and lets through what the shield admits.
 *
 * <pre>{@code
 * HttpHandler root = FlowShieldHandler.protect(app);
 * }</pre>
 *
 * <p>The client is the peer of the connection, whatever a {@code ProxyPeerAddressHandler} makes of
 * it. A request is in flight until Undertow calls its exchange complete; an event stream or an
 * upgraded connection until it is open, and then it is an open stream until it has ended. If the
 * client resets its stream or connection before that, the request stays in flight until its work
 * has ended all the same, but five more seconds at most, unless a worker is running it; work that
 * still waits for a worker by then is not begun.
 *
 * <p>Thread-safe. Decides on the thread that calls, the IO thread as a rule, and never blocks it.
 * Inside of a {@code BlockingHandler}, it is asked when a worker is free: put it outside, where it
 * sees the requests that wait for one. Where the shield finds its cap by itself, a {@link
 * QueueProbe} measures the wait for the threads that ask.
 * Where a limit is kept elsewhere, the exchange is dispatched until the limiter has answered. If
 * the limiter fails, or has not answered after five seconds, the request fails.
 */
public final class FlowShieldHandler implements HttpHandler {

  private static final String NO_NEXT =
      "next must be the handler to protect, got null: make it before, and pass it";
  private static final String NO_SHIELD =
      "shield must be one made before, got null: build one, or leave it out for one that the configuration asks for";

  // Those of each response, ready-made.
  private static final Map<String, HttpString> NAMES = Map.of(
      "RateLimit", new HttpString("RateLimit"),
      "RateLimit-Policy", new HttpString("RateLimit-Policy"));

  private final HttpHandler next;
  private final HttpShield shield;
  private final QueueProbe probe;

  private FlowShieldHandler(HttpHandler next, HttpShield shield) {
    this.next = Objects.requireNonNull(next, NO_NEXT);
    this.shield = Objects.requireNonNull(shield, NO_SHIELD);
    this.probe = new QueueProbe(shield.engine());
  }

  /** Protects a handler as the configuration wants it: {@link HttpShield#fromConfiguration()}. */
  public static FlowShieldHandler protect(HttpHandler next) {
    Objects.requireNonNull(next, NO_NEXT); // first, as a shield logs that it is active
    return protect(next, HttpShield.fromConfiguration());
  }

  /** Protects a handler with a shield, which may stand before others too. */
  public static FlowShieldHandler protect(HttpHandler next, HttpShield shield) {
    return new FlowShieldHandler(next, shield);
  }

  /**
   * The same as a wrapper, for a servlet deployment or a chain of handlers; whatever it wraps
   * shares the shield.
   */
  public static HandlerWrapper wrapper(HttpShield shield) {
    Objects.requireNonNull(shield, NO_SHIELD);
    return next -> protect(next, shield);
  }

  /**
   * Says what a request has cost, for policies with {@code cost=later}: called by the application
   * before the response ends. The last one counts. Without such a policy it does nothing.
   *
   * @param permits 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public static void cost(HttpServerExchange exchange, long permits) {
    AdmissionHooks.cost(new UndertowRequest(exchange), permits);
  }

  /**
   * Says that an exchange is a stream from now on, such as a long poll that waits: see
   * {@link HttpAdmitted#established()}. Event streams and web sockets need not be named.
   *
   * @return false if there is no room for its stream: it stays in flight, so respond to it at once
   */
  public static boolean established(HttpServerExchange exchange) {
    return AdmissionHooks.established(new UndertowRequest(exchange));
  }

  /** The shield, to ask for its numbers. */
  public HttpShield shield() {
    return shield;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (!shield.isEnabled()) {
      next.handleRequest(exchange);
      return;
    }
    probe.requestArrived(threadsOf(exchange));
    if (shield.isSynchronous()) {
      decide(exchange, shield.admit(new UndertowRequest(exchange)));
    } else {
      askLater(exchange);
    }
  }

  /**
   * Asks without blocking the calling thread, and goes on with one of its kind when the limiter has
   * answered. Dispatched, as Undertow would end the exchange when its handler returns.
   */
  private void askLater(HttpServerExchange exchange) {
    Executor kind = threadsOf(exchange);
    exchange.dispatch(SameThreadExecutor.INSTANCE, () -> ask(exchange, kind));
  }

  /** Those of which the calling one is. */
  private static Executor threadsOf(HttpServerExchange exchange) {
    return exchange.isInIoThread()
        ? exchange.getIoThread()
        : exchange.getConnection().getWorker();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // its failures are those of the admission
  private void ask(HttpServerExchange exchange, Executor kind) {
    shield
        .admitAsync(new UndertowRequest(exchange), task -> dispatch(exchange, kind, task::run))
        .whenComplete((admission, failure) ->
            dispatch(exchange, SameThreadExecutor.INSTANCE, () -> {
              if (failure != null) {
                throw new IllegalStateException("the shield could not ask a limiter", failure);
              }
              decide(exchange, admission);
            }));
  }

  private interface Step {
    void run() throws Exception;
  }

  /** Runs a step as a handler, so that Undertow sees to its failure, and to what it dispatches. */
  private static void dispatch(HttpServerExchange exchange, Executor executor, Step step) {
    exchange.dispatch(executor, (HttpHandler) again -> step.run());
  }

  private void decide(HttpServerExchange exchange, HttpAdmission admission) throws Exception {
    if (admission instanceof HttpAdmitted admitted) {
      run(exchange, admitted);
    } else if (admission instanceof ShieldResponse rejection) {
      write(exchange, rejection);
    }
  }

  private void run(HttpServerExchange exchange, HttpAdmitted admitted) throws Exception {
    ExchangeCompletion end = ExchangeCompletion.watch(exchange, admitted);
    for (ShieldResponse.Header header : admitted.headers()) {
      exchange.getResponseHeaders().add(name(header), header.value());
    }
    try {
      next.handleRequest(exchange);
    } catch (Throwable failure) { // Undertow ends the exchange, and that closes
      admitted.failed();
      throw failure;
    } finally {
      end.handlerReturned();
    }
  }

  private static HttpString name(ShieldResponse.Header header) {
    HttpString known = NAMES.get(header.name());
    return known == null ? HttpString.tryFromString(header.name()) : known;
  }

  private static void write(HttpServerExchange exchange, ShieldResponse rejection) {
    exchange.setStatusCode(rejection.status());
    for (ShieldResponse.Header header : rejection.headers()) {
      exchange.getResponseHeaders().put(name(header), header.value());
    }
    ByteBuffer body = ByteBuffer.wrap(rejection.body());
    if (exchange.isRequestComplete()) {
      exchange.getResponseSender().send(body);
    } else {
      LateBody.watch(exchange);
      if (rejection.closesConnection() && (exchange.isHttp11() || exchange.isHttp10())) {
        exchange.setPersistent(false);
      }
      exchange.getResponseSender().send(body, LateBody.END_AND_DRAIN);
    }
  }
}

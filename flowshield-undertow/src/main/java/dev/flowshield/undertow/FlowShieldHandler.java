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
 * A handler that passes the requests that its shield admits to the next handler, and writes the
 * responses to all others.
 *
 * <pre>{@code
 * HttpHandler root = FlowShieldHandler.protect(app);
 * }</pre>
 *
 * <p><b>Client address.</b> The client is the peer of the connection, regardless of a {@code
 * ProxyPeerAddressHandler}.
 *
 * <p><b>Slots.</b> A request holds its slot until Undertow reports that its exchange is complete.
 * An event stream or an upgraded connection holds its slot until it is open, and is then an open
 * stream until it has ended. If the client resets its stream or connection, the request holds its
 * slot until its work has ended, or for five more seconds at most, unless a worker runs it. Work
 * that still waits for a worker by then is not started.
 *
 * <p><b>Thread queue.</b> Place this handler outside of a {@code BlockingHandler}. Inside, it is
 * called only when a worker is free, and does not see the requests that wait for one. If the shield
 * adapts its limit on work in flight, a {@link QueueProbe} measures the wait for the calling
 * threads.
 *
 * <p>Thread-safe. Decides on the calling thread, usually the IO thread, and never blocks it. For
 * limits that are kept elsewhere, the exchange is dispatched until the limiter has decided. If the
 * limiter fails, or has not decided after five seconds, the request fails.
 */
public final class FlowShieldHandler implements HttpHandler {

  private static final String NO_NEXT =
      "next must be the handler to protect, got null: create the handler first";
  private static final String NO_SHIELD =
      "shield must be an existing shield, got null: build one, or omit it to create one from the configuration";

  // The names of common headers, created once.
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

  /**
   * Protects a handler with a shield created from the configuration; see {@link
   * HttpShield#fromConfiguration()}.
   */
  public static FlowShieldHandler protect(HttpHandler next) {
    Objects.requireNonNull(next, NO_NEXT); // first, because a new shield logs that it is active
    return protect(next, HttpShield.fromConfiguration());
  }

  /** Protects a handler with an existing shield, which other handlers may share. */
  public static FlowShieldHandler protect(HttpHandler next, HttpShield shield) {
    return new FlowShieldHandler(next, shield);
  }

  /**
   * Returns a wrapper that protects handlers with an existing shield, for a servlet deployment or a
   * chain of handlers. All wrapped handlers share the shield.
   */
  public static HandlerWrapper wrapper(HttpShield shield) {
    Objects.requireNonNull(shield, NO_SHIELD);
    return next -> protect(next, shield);
  }

  /**
   * Reports the cost of a request, for policies with {@code cost=later}. The application calls it
   * before the response ends. The last call counts. No effect without such a policy.
   *
   * @param permits the cost, 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  public static void reportCost(HttpServerExchange exchange, long permits) {
    AdmissionHooks.reportCost(new UndertowRequestView(exchange), permits);
  }

  /**
   * Declares that an exchange is a stream from now on, such as a long poll that waits; see {@link
   * HttpAdmitted#markAsStream()}. Event streams and web sockets are detected without this call.
   *
   * @return false if too many streams are open. The request then stays in flight, so respond to it
   *     at once
   */
  public static boolean markAsStream(HttpServerExchange exchange) {
    return AdmissionHooks.markAsStream(new UndertowRequestView(exchange));
  }

  /** Returns the shield, which has the statistics. */
  public HttpShield shield() {
    return shield;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (!shield.isEnabled()) {
      next.handleRequest(exchange);
      return;
    }
    probe.requestArrived(currentThreads(exchange));
    if (shield.isSynchronous()) {
      decide(exchange, shield.admit(new UndertowRequestView(exchange)));
    } else {
      admitAsync(exchange);
    }
  }

  /**
   * Admits the request without blocking the calling thread, and continues on a thread of the same
   * kind when the limiter has decided. Dispatches the exchange, because Undertow would otherwise
   * end it when its handler returns.
   */
  private void admitAsync(HttpServerExchange exchange) {
    Executor threads = currentThreads(exchange);
    exchange.dispatch(SameThreadExecutor.INSTANCE, () -> admitOn(exchange, threads));
  }

  /** Returns the executor to which the calling thread belongs. */
  private static Executor currentThreads(HttpServerExchange exchange) {
    return exchange.isInIoThread()
        ? exchange.getIoThread()
        : exchange.getConnection().getWorker();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // failures are reported by the admission
  private void admitOn(HttpServerExchange exchange, Executor threads) {
    shield
        .admitAsync(
            new UndertowRequestView(exchange), task -> dispatch(exchange, threads, task::run))
        .whenComplete((admission, failure) ->
            dispatch(exchange, SameThreadExecutor.INSTANCE, () -> {
              if (failure != null) {
                throw new IllegalStateException("the shield could not call a limiter", failure);
              }
              decide(exchange, admission);
            }));
  }

  private interface Task {
    void run() throws Exception;
  }

  /** Runs a task as a handler, so that Undertow handles its failure and its dispatches. */
  private static void dispatch(HttpServerExchange exchange, Executor executor, Task task) {
    exchange.dispatch(executor, (HttpHandler) again -> task.run());
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
    } catch (Throwable failure) { // Undertow ends the exchange, which closes the admission
      admitted.failed();
      throw failure;
    } finally {
      end.afterHandler();
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
      RequestBodyDrain.endUnlessReceived(exchange);
      if (rejection.closesConnection() && (exchange.isHttp11() || exchange.isHttp10())) {
        exchange.setPersistent(false);
      }
      exchange.getResponseSender().send(body, RequestBodyDrain.END_AND_DRAIN);
    }
  }
}

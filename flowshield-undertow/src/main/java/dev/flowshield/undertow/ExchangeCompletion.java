package dev.flowshield.undertow;

import dev.flowshield.http.binding.Progress;
import dev.flowshield.http.binding.WatchedWork;
import dev.flowshield.http.exchange.HttpAdmitted;
import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * A listener that closes the admission of an exchange when its work has ended.
 *
 * <p>The work has ended when Undertow reports that the exchange is complete. Undertow may not
 * report this if the client goes away. If the connection is closed before a worker is free,
 * Undertow silently drops the dispatched handler and never ends its exchange. This class therefore
 * replaces the executor of the dispatch and ends such an exchange itself. All other missed ends are
 * found by polling, such as an exchange that the application forgets when its client has gone.
 *
 * <p>A listener of the application is called before this one. If it throws or does not proceed,
 * this listener is never called. An exchange whose request is not read does not complete either.
 * Therefore, if the response is complete, the slot is released when the time limit of {@link
 * HttpAdmitted#watch} has passed, unless a worker still runs the exchange.
 *
 * <p>Once the admission is closed, work that still waits for a worker is not started. An attacker
 * could otherwise queue unlimited work by resetting request after request. Work that a worker has
 * started keeps its slot until it has ended.
 *
 * <p>A started response with the type {@code text/event-stream} is an established stream. This is
 * detected when the handler has returned, or by polling. An exchange that completed because its
 * connection was upgraded is also an established stream, until the connection is closed.
 *
 * <p>If too many streams are open, a new stream is ended: its connection is closed, or its HTTP/2
 * stream is reset.
 *
 * <p>Thread-safe.
 */
final class ExchangeCompletion implements ExchangeCompletionListener, Executor, WatchedWork {

  private final HttpServerExchange exchange;
  private final HttpAdmitted admitted;

  private @Nullable Executor workers; // set before the dispatch
  private volatile boolean running; // by a worker
  private volatile boolean dropped; // the status has no meaning then
  private volatile boolean upgraded; // ends with its connection

  private ExchangeCompletion(HttpServerExchange exchange, HttpAdmitted admitted) {
    this.exchange = exchange;
    this.admitted = admitted;
  }

  /**
   * Registers for the completion of an exchange. Must be called before the exchange is passed to a
   * handler that could complete it.
   */
  static ExchangeCompletion watch(HttpServerExchange exchange, HttpAdmitted admitted) {
    ExchangeCompletion end = new ExchangeCompletion(exchange, admitted);
    try {
      exchange.addExchangeCompleteListener(end);
    } catch (IllegalStateException alreadyComplete) { // the listener would never be called
      admitted.close();
      throw alreadyComplete;
    }
    return end;
  }

  /**
   * Replaces the executor of a dispatch, and starts to poll the exchange. Must be called when the
   * handler has returned or thrown, before Undertow dispatches.
   */
  void afterHandler() {
    if (admitted.isClosed()) {
      return;
    }
    if (exchange.isDispatched()) {
      Executor chosen = exchange.getDispatchExecutor();
      workers = chosen == null ? exchange.getConnection().getWorker() : chosen;
      exchange.setDispatchExecutor(this);
    }
    if (progress() == Progress.ESTABLISHED) { // now, because events come in bursts
      admitted.markAsStream();
    }
    admitted.watch(this);
  }

  @Override
  public void execute(Runnable work) {
    if (workers != null) {
      workers.execute(() -> run(work));
    }
  }

  private void run(Runnable work) {
    if (admitted.isClosed() || (!exchange.getConnection().isOpen() && isUndertowTask(work))) {
      dropped = true;
      admitted.ignored();
      exchange.endExchange();
      return;
    }
    running = true;
    try {
      work.run();
    } finally {
      running = false;
    }
  }

  /**
   * Returns whether Undertow created the task, to run a handler. Tasks of the application are never
   * dropped.
   */
  private static boolean isUndertowTask(Runnable work) {
    return work.getClass().getName().startsWith(HttpServerExchange.class.getName());
  }

  @Override
  public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
    if (exchange.isUpgrade() && !dropped) {
      upgraded = true;
      admitted.markAsStream();
    } else {
      if (!dropped) {
        admitted.responded(exchange.getStatusCode());
      }
      admitted.close();
    }
    nextListener.proceed();
  }

  @Override
  public void cutOff() {
    try {
      exchange.getIoThread().execute(() -> {
        IoUtils.safeClose(exchange.getConnection()); // over HTTP/2, this resets the stream
        exchange.endExchange();
      });
    } catch (RejectedExecutionException stopped) {
      // The IO thread has ended, and the exchange with it.
    }
  }

  @Override
  public Progress progress() {
    if (upgraded) {
      return exchange.getConnection().isOpen() ? Progress.ESTABLISHED : Progress.ENDED;
    }
    if (!isClientGone()) {
      return exchange.isResponseComplete() ? responded() : whileResponding();
    }
    admitted.ignored();
    return running ? Progress.GOING_ON : Progress.CLIENT_GONE;
  }

  private Progress whileResponding() {
    return exchange.isResponseStarted()
        ? Progress.committed(exchange.getResponseHeaders().getFirst(Headers.CONTENT_TYPE))
        : Progress.GOING_ON;
  }

  private Progress responded() {
    admitted.responded(exchange.getStatusCode());
    return running ? Progress.GOING_ON : Progress.HANDED_BACK;
  }

  // Undertow has no event for the reset of a stream. A reset closes the sink of the stream. The
  // sink is also closed after the last byte of the response, while the request may still be read.
  private boolean isClientGone() {
    return !exchange.getConnection().isOpen()
        || (!Connectors.getConduitSinkChannel(exchange).isOpen() && !exchange.isResponseComplete());
  }
}

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
 * Closes the admission of an exchange when its work has ended.
 *
 * <p>That is when Undertow calls the exchange complete. It does not always do so if the client goes
 * away: a handler that was dispatched to a worker is dropped without a word if the connection is
 * closed by the time the worker comes free, and its exchange is never ended. So this stands in for
 * the executor of the dispatch and ends such an exchange itself. Whatever else is lost, such as an
 * exchange that the application forgets when its client has gone, is found by watching it.
 *
 * <p>A listener of the application is told of the completion first. If it throws or does not
 * proceed, this is never told; and an exchange whose request is not read is not complete. So an
 * exchange whose response is complete counts as handed back: its place is free when the patience of
 * {@link HttpAdmitted#watch} is over, unless a worker still runs it.
 *
 * <p>Once the admission is closed, work that still waits for a worker is not begun. An attacker
 * could otherwise queue any amount of work by resetting request after request. Work that a worker
 * has begun keeps its place until it has ended.
 *
 * <p>A response that has started and whose type is {@code text/event-stream} is seen to be an
 * established stream when the handler has returned, or at a look. So is an exchange that is
 * complete since its connection is upgraded, until the connection is closed.
 *
 * <p>A stream for which there is no room is cut off: its connection is closed, or its stream of
 * HTTP/2 is reset.
 *
 * <p>Thread-safe.
 */
final class ExchangeCompletion implements ExchangeCompletionListener, Executor, WatchedWork {

  private final HttpServerExchange exchange;
  private final HttpAdmitted admitted;

  private @Nullable Executor workers; // set before the dispatch
  private volatile boolean running; // by a worker
  private volatile boolean dropped; // so the status says nothing
  private volatile boolean upgraded; // so it lasts as long as its connection

  private ExchangeCompletion(HttpServerExchange exchange, HttpAdmitted admitted) {
    this.exchange = exchange;
    this.admitted = admitted;
  }

  /** To be called before the exchange is handed to a handler that could complete it. */
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

  /** To be called when the handler has returned or thrown, before Undertow dispatches. */
  void handlerReturned() {
    if (admitted.isClosed()) {
      return;
    }
    if (exchange.isDispatched()) {
      Executor chosen = exchange.getDispatchExecutor();
      workers = chosen == null ? exchange.getConnection().getWorker() : chosen;
      exchange.setDispatchExecutor(this);
    }
    if (progress() == Progress.ESTABLISHED) { // at once, as events often come in crowds
      admitted.established();
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
    if (admitted.isClosed() || (!exchange.getConnection().isOpen() && isUndertows(work))) {
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

  /** Whether Undertow made the task, of a handler. Tasks of the application are never dropped. */
  private static boolean isUndertows(Runnable work) {
    return work.getClass().getName().startsWith(HttpServerExchange.class.getName());
  }

  @Override
  public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
    if (exchange.isUpgrade() && !dropped) {
      upgraded = true;
      admitted.established();
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
      return exchange.isResponseComplete() ? responded() : beforeTheEndOfTheResponse();
    }
    admitted.ignored();
    return running ? Progress.GOING_ON : Progress.CLIENT_GONE;
  }

  private Progress beforeTheEndOfTheResponse() {
    return exchange.isResponseStarted()
        ? Progress.committed(exchange.getResponseHeaders().getFirst(Headers.CONTENT_TYPE))
        : Progress.GOING_ON;
  }

  private Progress responded() {
    admitted.responded(exchange.getStatusCode());
    return running ? Progress.GOING_ON : Progress.HANDED_BACK;
  }

  // Undertow has no event for the reset of a stream. Its sink is closed then, but also after the
  // last byte of the response, when the request may still be read.
  private boolean isClientGone() {
    return !exchange.getConnection().isOpen()
        || (!Connectors.getConduitSinkChannel(exchange).isOpen() && !exchange.isResponseComplete());
  }
}

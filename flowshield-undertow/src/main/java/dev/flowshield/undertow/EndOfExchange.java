package dev.flowshield.undertow;

import dev.flowshield.http.HttpAdmitted;
import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Closes the admission of an exchange when its work has ended.
 *
 * <p>That is when Undertow calls the exchange complete. It does not always do so if the client goes
 * away: a handler that was dispatched with {@link HttpServerExchange#dispatch(Executor,
 * io.undertow.server.HttpHandler)} is dropped without a word if the connection is closed by the time
 * that a worker comes free, and the exchange is never ended. So this stands in for the executor of
 * the dispatch, and ends such an exchange itself.
 *
 * <p>Whatever else is lost, such as an exchange that the application forgets when its client has
 * gone, is found by {@link Unfinished}, and then the admission is closed after {@value
 * #PATIENCE_SECONDS} seconds. Work that still waits for a worker by then is not begun, since an
 * attacker could otherwise queue any amount of it by resetting request after request; work that a
 * worker has begun is waited for.
 *
 * <p>Thread-safe.
 */
final class EndOfExchange implements ExchangeCompletionListener, Executor {

  private static final int PATIENCE_SECONDS = 5;
  private static final int PATIENCE_LOOKS = PATIENCE_SECONDS * Unfinished.LOOKS_PER_SECOND;
  private static final int SERVER_ERROR = 500;

  private final HttpServerExchange exchange;
  private final HttpAdmitted admitted;
  private final Unfinished unfinished;

  private @Nullable Executor workers; // set once, before the dispatch
  private volatile boolean running; // by a worker
  private volatile boolean closed;
  private int looksSinceGone; // by the one thread that looks

  private EndOfExchange(HttpServerExchange exchange, HttpAdmitted admitted, Unfinished unfinished) {
    this.exchange = exchange;
    this.admitted = admitted;
    this.unfinished = unfinished;
  }

  /** To be called before the exchange is handed to a handler that could complete it. */
  static EndOfExchange watch(
      HttpServerExchange exchange, HttpAdmitted admitted, Unfinished unfinished) {
    EndOfExchange end = new EndOfExchange(exchange, admitted, unfinished);
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
    if (closed) {
      return;
    }
    if (exchange.isDispatched()) {
      Executor chosen = exchange.getDispatchExecutor();
      workers = chosen == null ? exchange.getConnection().getWorker() : chosen;
      exchange.setDispatchExecutor(this);
    }
    unfinished.add(this);
    if (closed) { // in the meantime, and so before it was added
      unfinished.remove(this);
    }
  }

  @Override
  public void execute(Runnable work) {
    if (workers != null) {
      workers.execute(() -> run(work));
    }
  }

  private void run(Runnable work) {
    if (closed || (!exchange.getConnection().isOpen() && isUndertows(work))) {
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
    if (exchange.getStatusCode() >= SERVER_ERROR) {
      admitted.failed();
    }
    close();
    unfinished.remove(this);
    nextListener.proceed();
  }

  /** Closes the admission once the client has been gone for too many looks; whether it is closed. */
  boolean look() {
    if (isClientGone()) {
      admitted.ignored();
      if (!running && ++looksSinceGone > PATIENCE_LOOKS) {
        close();
      }
    }
    return closed;
  }

  // The sink of an HTTP/2 stream is closed when the stream is reset, but also after the last byte
  // of the response, when the request may still be read.
  private boolean isClientGone() {
    return !exchange.getConnection().isOpen()
        || (!Connectors.getConduitSinkChannel(exchange).isOpen() && !exchange.isResponseComplete());
  }

  private void close() {
    closed = true;
    admitted.close();
  }
}

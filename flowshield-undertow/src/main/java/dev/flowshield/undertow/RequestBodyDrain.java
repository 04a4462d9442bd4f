package dev.flowshield.undertow;

import dev.flowshield.http.exchange.ShieldResponse;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * A callback that reads and discards the remaining body of a rejected request, for at most {@link
 * ShieldResponse#LINGER}.
 *
 * <p>Undertow itself has no time limit for the body of a persistent connection. It does not read
 * the body of any other connection: incoming data then resets the connection, and the client may
 * lose the response.
 */
final class RequestBodyDrain implements IoCallback {

  /**
   * The callback for a written response. Ends the response first, so that the client has all of it
   * regardless of the body, and then reads the body.
   */
  static final IoCallback END_AND_DRAIN = new RequestBodyDrain(true);

  private static final IoCallback DRAIN = new RequestBodyDrain(false);

  private static final long UNLIMITED = -1; // bytes

  private final boolean endsFirst;

  private RequestBodyDrain(boolean endsFirst) {
    this.endsFirst = endsFirst;
  }

  /** Closes the connection, or resets the HTTP/2 stream, unless the body arrives in time. */
  static void endUnlessReceived(HttpServerExchange exchange) {
    XnioExecutor.Key timer = exchange
        .getIoThread()
        .executeAfter(
            () -> {
              IoUtils.safeClose(exchange.getConnection());
              exchange.endExchange(); // otherwise it may depend on a read that detects the close
            },
            ShieldResponse.LINGER.toMillis(),
            TimeUnit.MILLISECONDS);
    exchange.addExchangeCompleteListener((complete, next) -> {
      timer.remove();
      next.proceed();
    });
  }

  @Override
  public void onComplete(HttpServerExchange exchange, Sender sender) {
    if (endsFirst) {
      sender.close(DRAIN);
      return;
    }
    if (!exchange.isRequestChannelAvailable()) { // an earlier handler reads it
      exchange.endExchange();
      return;
    }
    // Otherwise, the first byte of a body that is announced to exceed the maximum of the server, 2
    // MB by default, closes and so resets the connection.
    exchange.setMaxEntitySize(UNLIMITED);
    StreamSourceChannel body = exchange.getRequestChannel();
    ChannelListener<StreamSourceChannel> drain = ChannelListeners.drainListener(
        Long.MAX_VALUE, read -> exchange.endExchange(), (read, failure) -> exchange.endExchange());
    body.getReadSetter().set(drain);
    body.resumeReads();
    drain.handleEvent(body); // now: no more data may arrive
  }

  @Override
  public void onException(HttpServerExchange exchange, Sender sender, IOException clientGone) {
    exchange.endExchange();
  }
}

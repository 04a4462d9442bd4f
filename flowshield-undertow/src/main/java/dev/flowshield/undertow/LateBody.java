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
 * The rest of a rejected request, read and thrown away for {@link ShieldResponse#LINGER} at most. By
 * itself, Undertow reads the body of a connection that is kept for however long that takes, and of
 * one that is not kept it reads nothing: what comes in then resets the connection, and the client
 * may lose the answer.
 */
final class LateBody implements IoCallback {

  /**
   * To be called back when the answer has been written: ends it, so that its client has all of it
   * whatever becomes of the body, and reads the body.
   */
  static final IoCallback END_AND_DRAIN = new LateBody(true);

  private static final IoCallback DRAIN = new LateBody(false);

  private static final long UNLIMITED = -1; // bytes

  private final boolean endsFirst;

  private LateBody(boolean endsFirst) {
    this.endsFirst = endsFirst;
  }

  /** Closes the connection, or resets the stream of HTTP/2, unless the body comes in time. */
  static void watch(HttpServerExchange exchange) {
    XnioExecutor.Key timer = exchange
        .getIoThread()
        .executeAfter(
            () -> {
              IoUtils.safeClose(exchange.getConnection());
              exchange.endExchange(); // else it may depend on a read that notices the close
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
    // Else the connection is closed, and so reset, at the first byte of a body that is announced to
    // be larger than the server lets bodies be, which is 2 MB unless set.
    exchange.setMaxEntitySize(UNLIMITED);
    StreamSourceChannel body = exchange.getRequestChannel();
    ChannelListener<StreamSourceChannel> drain = ChannelListeners.drainListener(
        Long.MAX_VALUE, read -> exchange.endExchange(), (read, failure) -> exchange.endExchange());
    body.getReadSetter().set(drain);
    body.resumeReads();
    drain.handleEvent(body); // nothing need come any more to have it called
  }

  @Override
  public void onException(HttpServerExchange exchange, Sender sender, IOException clientGone) {
    exchange.endExchange();
  }
}

package dev.flowshield.undertow;

import dev.flowshield.http.HttpAnswer;
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
 * The rest of a rejected request, read and thrown away for {@link HttpAnswer#LINGER} at most. By
 * itself, Undertow reads the body of a connection that is kept for however long that takes, and of
 * one that is not kept it reads nothing: what comes in then resets the connection, and the client
 * may lose the answer.
 */
final class LateBody implements IoCallback {

  /** To be called back when the answer has been written. */
  static final IoCallback DRAIN = new LateBody();

  private LateBody() {}

  /** Closes the connection, or resets the stream of HTTP/2, unless the body comes in time. */
  static void watch(HttpServerExchange exchange) {
    XnioExecutor.Key timer = exchange
        .getIoThread()
        .executeAfter(
            () -> {
              IoUtils.safeClose(exchange.getConnection());
              exchange.endExchange(); // else it may depend on a read that notices the close
            },
            HttpAnswer.LINGER.toMillis(),
            TimeUnit.MILLISECONDS);
    exchange.addExchangeCompleteListener((complete, next) -> {
      timer.remove();
      next.proceed();
    });
  }

  @Override
  public void onComplete(HttpServerExchange exchange, Sender sender) {
    StreamSourceChannel body = exchange.getRequestChannel();
    if (body == null) { // an earlier handler reads it
      exchange.endExchange();
      return;
    }
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

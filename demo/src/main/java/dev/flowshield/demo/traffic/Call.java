package dev.flowshield.demo.traffic;

import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * One request on one connection, until its answer is read to the end or the connection breaks.
 * Lives on the thread of the clients.
 *
 * <p>Tells its end once: the HTTP status, or {@link Answers#BROKEN}.
 */
final class Call implements ClientCallback<ClientExchange> {

  private final ByteBuffer sink;
  private final IntConsumer ended;
  private boolean hasEnded;

  /**
   * A call to be given to a connection with its request.
   *
   * @param sink where bodies are read to, and not looked at
   * @param ended what to tell the end
   */
  Call(ByteBuffer sink, IntConsumer ended) {
    this.sink = sink;
    this.ended = ended;
  }

  /** The request is on its way. */
  @Override
  public void completed(ClientExchange sent) {
    sent.setResponseListener(new ClientCallback<>() {
      @Override
      public void completed(ClientExchange answered) {
        readBody(answered.getResponseChannel(), answered.getResponse().getResponseCode());
      }

      @Override
      public void failed(IOException failure) {
        end(Answers.BROKEN);
      }
    });
  }

  @Override
  public void failed(IOException failure) {
    end(Answers.BROKEN);
  }

  /** Leaves, if there is no answer yet. The connection may take its time to close. */
  void giveUp(ClientConnection connection) {
    if (!hasEnded) {
      IoUtils.safeClose(connection);
      end(Answers.BROKEN);
    }
  }

  /** Once, as a connection that is closed while a body is read fails twice. */
  private void end(int status) {
    if (!hasEnded) {
      hasEnded = true;
      ended.accept(status);
    }
  }

  /** Reads what has come; the connection is free for the next request only behind the last byte. */
  private void readBody(StreamSourceChannel body, int status) {
    try {
      int read;
      do {
        read = body.read(sink.clear());
      } while (read > 0);
      if (read < 0) {
        end(status);
        return;
      }
      body.getReadSetter().set(more -> readBody(more, status));
      body.resumeReads();
    } catch (IOException failure) {
      end(Answers.BROKEN);
    }
  }
}

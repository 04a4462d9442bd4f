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
 * One request on one connection, until its response is read to the end or the connection breaks.
 * Confined to the thread of the clients.
 *
 * <p>Reports its end once: the HTTP status, or {@link Answers#BROKEN}.
 */
final class Call implements ClientCallback<ClientExchange> {

  private final ByteBuffer sink;
  private final IntConsumer ended;
  private boolean hasEnded;

  /**
   * Creates a call to pass to a connection with its request.
   *
   * @param sink the buffer into which bodies are discarded
   * @param ended receives the end
   */
  Call(ByteBuffer sink, IntConsumer ended) {
    this.sink = sink;
    this.ended = ended;
  }

  /** Continues when the request has been sent. */
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

  /** Closes the connection if there is no response yet. The close may take time. */
  void giveUp(ClientConnection connection) {
    if (!hasEnded) {
      IoUtils.safeClose(connection);
      end(Answers.BROKEN);
    }
  }

  /** Reports the end once, because a connection that is closed while a body is read fails twice. */
  private void end(int status) {
    if (!hasEnded) {
      hasEnded = true;
      ended.accept(status);
    }
  }

  /**
   * Reads the available bytes. The connection is free for the next request only after the last
   * byte.
   */
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

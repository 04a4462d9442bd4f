package dev.flowshield.apps;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A web socket: each thing that is said is answered before the next one is. */
final class Conversation implements WebSocket.Listener {

  private final URI address;
  private final Duration patience;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final StringBuilder part = new StringBuilder();
  private final StringBuilder all = new StringBuilder();
  private @Nullable WebSocket socket;
  private @Nullable Seen refusal;

  private Conversation(URI address, Duration patience) {
    this.address = address;
    this.patience = patience;
  }

  /** Opens one, or notes how that was refused. */
  static Conversation open(HttpClient client, URI address, Duration patience) throws Exception {
    Conversation conversation = new Conversation(address, patience);
    try {
      conversation.socket = client
          .newWebSocketBuilder()
          .buildAsync(address, conversation)
          .get(patience.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      if (!(failed.getCause() instanceof WebSocketHandshakeException refused)) {
        throw failed;
      }
      HttpResponse<?> response = refused.getResponse();
      conversation.refusal = Seen.of(response, "");
    }
    return conversation;
  }

  /** Says something and waits for the answer, if it was not refused. */
  void say(String text) throws Exception {
    if (socket != null) {
      socket.sendText(text, true).get(patience.toSeconds(), TimeUnit.SECONDS);
      all.append(next()).append('\n');
    }
  }

  /** Says goodbye, waits for that to be answered and tells all that was seen. */
  Seen end() throws Exception {
    if (socket == null) {
      return Objects.requireNonNull(refusal);
    }
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(patience.toSeconds(), TimeUnit.SECONDS);
    all.append(next());
    return new Seen("GET " + address.getPath(), "WEBSOCKET", 101, Map.of(), all.toString());
  }

  private String next() throws InterruptedException {
    return Objects.requireNonNull(
        heard.poll(patience.toSeconds(), TimeUnit.SECONDS), "the server does not answer");
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      heard.add(part.toString());
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    heard.add("closed with " + status);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    heard.add("failed with " + error);
  }
}

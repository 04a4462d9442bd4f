package dev.flowshield.apps;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One client of an application, which keeps cookies and notes all that it sees. */
final class Visitor {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 10;
  private static final String BOUNDARY = "here-ends-a-part";

  private final int port;
  private final HttpClient client;
  private final List<Seen> seen = new ArrayList<>();

  Visitor(int port, HttpClient.Version version) {
    this.port = port;
    client = HttpClient.newBuilder()
        .version(version)
        .cookieHandler(new CookieManager())
        .connectTimeout(PATIENCE)
        .build();
  }

  /** All that this one has seen, in order. */
  List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** The headers are names and values in turn. */
  Seen get(String path, String... headers) throws Exception {
    return send("GET", path, headers);
  }

  /** Sends a request without a body. */
  Seen send(String method, String path, String... headers) throws Exception {
    return note(request(path, headers).method(method, BodyPublishers.noBody()));
  }

  /** Posts a form, which is already encoded. */
  Seen post(String path, String form) throws Exception {
    return note(request(path, "Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(form)));
  }

  /**
   * Posts a form, again and again if the answer is lost: Jetty resets a stream whose body it has
   * not read, and this client then forgets the answer that it has got.
   */
  Seen postUntilAnswered(String path, String form) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return post(path, form);
      } catch (IOException reset) {
        if (attempt == ATTEMPTS) {
          throw reset;
        }
      }
    }
  }

  /** Uploads a file as browsers do. */
  Seen upload(String path, int length) throws Exception {
    return note(uploading(path, BodyPublishers.ofByteArray(multipart(length))));
  }

  /** Uploads a file when the server has asked for it, which this client can over HTTP/1 alone. */
  Seen uploadWhenAsked(String path, int length) throws Exception {
    return note(uploading(path, BodyPublishers.ofByteArray(multipart(length)))
        .version(HttpClient.Version.HTTP_1_1)
        .expectContinue(true));
  }

  /** Opens a web socket, says some things, notes the answers and closes it. */
  Seen talk(String path, String... things) throws Exception {
    Conversation conversation = Conversation.open(client, address("ws", path), PATIENCE);
    for (String each : things) {
      conversation.say(each);
    }
    Seen heard = conversation.end();
    seen.add(heard);
    return heard;
  }

  /** Opens a web socket, and is gone without a word. */
  void openAndAbandon(String path) throws Exception {
    client
        .newWebSocketBuilder()
        .buildAsync(address("ws", path), new WebSocket.Listener() {})
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .abort();
  }

  /** Begins to read an answer, and is gone. */
  void abandon(String path) throws Exception {
    try (InputStream body =
        client.send(request(path).GET().build(), BodyHandlers.ofInputStream()).body()) {
      body.readNBytes(10);
    }
  }

  /** Begins to upload a file, and is gone. */
  void abandonUpload(String path, int length) throws Exception {
    InputStream broken = new SequenceInputStream(
        new ByteArrayInputStream(multipart(length), 0, length / 2), new Broken());
    try {
      client.send(
          uploading(path, BodyPublishers.ofInputStream(() -> broken)).build(),
          BodyHandlers.discarding());
    } catch (IOException meant) {
      return;
    }
    throw new AssertionError("the upload was answered");
  }

  private HttpRequest.Builder uploading(String path, BodyPublisher body) {
    return request(path, "Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
        .POST(body);
  }

  private static byte[] multipart(int length) {
    return ("--" + BOUNDARY + "\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"tea.txt\"\r\n"
            + "Content-Type: text/plain\r\n\r\n"
            + "t".repeat(length) + "\r\n--" + BOUNDARY + "--\r\n")
        .getBytes(ISO_8859_1);
  }

  private Seen note(HttpRequest.Builder request) throws Exception {
    Seen one = Seen.of(client.send(request.build(), BodyHandlers.ofByteArray()));
    seen.add(one);
    return one;
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address("http", path)).timeout(PATIENCE);
    return headers.length == 0 ? request : request.headers(headers);
  }

  private URI address(String scheme, String path) {
    return URI.create(scheme + "://127.0.0.1:" + port).resolve(path);
  }

  /** The end of what can be read. */
  private static final class Broken extends InputStream {

    @Override
    public int read() throws IOException {
      throw new IOException("the client is gone");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return read();
    }
  }
}

package dev.flowshield.proxies;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A proxy of a few lines, for machines without another: one request without a body for each
 * connection.
 */
final class PlainProxy implements Proxy {

  private final ServerSocket listener;
  private final InetSocketAddress behind;
  private final boolean isOutermost;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private PlainProxy(InetSocketAddress behind, boolean isOutermost) throws IOException {
    this.listener = new ServerSocket(0, 10, behind.getAddress());
    this.behind = behind;
    this.isOutermost = isOutermost;
  }

  /** Starts one; see {@link Proxy.Starter}. */
  static PlainProxy start(InetSocketAddress behind, boolean isOutermost) throws IOException {
    PlainProxy proxy = new PlainProxy(behind, isOutermost);
    proxy.threads.execute(proxy::acceptAll);
    return proxy;
  }

  @Override
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }

  private void acceptAll() {
    while (true) {
      try {
        Socket client = listener.accept();
        threads.execute(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(behind.getAddress(), behind.getPort())) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
      String from = isOutermost
          ? in.readLine().split(" ", 6)[2] // PROXY TCP4 <client> <server> <port> <port>
          : client.getInetAddress().getHostAddress();
      String request = String.join("\r\n", request(in, from)) + "\r\n\r\n";
      server.getOutputStream().write(request.getBytes(ISO_8859_1));
      server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException gone) {
      // The client sees that its connection ends, and its test says what is missing.
    }
  }

  private List<String> request(BufferedReader in, String from) throws IOException {
    List<String> lines = new ArrayList<>();
    String line = in.readLine();
    while (!line.isEmpty()) {
      lines.add(line);
      line = in.readLine();
    }
    String element = from.indexOf(':') < 0 ? "for=" + from : "for=\"[" + from + "]\"";
    lines.add("X-Forwarded-For: " + taken("X-Forwarded-For", lines) + from);
    lines.add("Forwarded: " + taken("Forwarded", lines) + element + ";proto=http");
    if (isOutermost) {
      taken("X-Real-IP", lines);
      lines.add("X-Real-IP: " + from);
    }
    taken("Connection", lines);
    lines.add("Connection: close");
    return lines;
  }

  /** Takes the headers of a name away, and gives their values back, each with a comma behind. */
  private static String taken(String name, List<String> lines) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    StringBuilder values = new StringBuilder();
    lines.removeIf(line -> {
      boolean isOne = line.toLowerCase(Locale.ROOT).startsWith(start);
      if (isOne) {
        values.append(line.substring(start.length()).strip()).append(", ");
      }
      return isOne;
    });
    return values.toString();
  }
}

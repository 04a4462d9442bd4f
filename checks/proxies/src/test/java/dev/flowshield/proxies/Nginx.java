package dev.flowshield.proxies;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An nginx, in one process of its own, configured as its users do. */
final class Nginx implements Proxy {

  private static final String PROGRAM = "/usr/sbin/nginx";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String CONFIGURATION = """
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log stderr;
      events {}
      http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        map $remote_addr $forwarded {
          ~: "for=\\"[$remote_addr]\\"";
          default "for=$remote_addr";
        }
        server {
          listen %s;
          real_ip_header proxy_protocol;
          set_real_ip_from 127.0.0.1;
          set_real_ip_from ::1;
          location / {
            proxy_pass http://%s;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header Forwarded "$http_forwarded, $forwarded;proto=$scheme";
            %s
          }
        }
      }
      """;

  private static final String NAMES_THE_CLIENT = "proxy_set_header X-Real-IP $remote_addr;";

  private final InetSocketAddress address;
  private final Path folder;
  private final Process process;

  private Nginx(InetSocketAddress address, Path folder, Process process) {
    this.address = address;
    this.folder = folder;
    this.process = process;
  }

  /** Starts one; see {@link Proxy.Starter}. */
  static Nginx start(InetSocketAddress behind, boolean isOutermost, Path folder)
      throws IOException {
    InetSocketAddress address = free(behind.getAddress());
    Files.writeString(
        folder.resolve("nginx.conf"),
        CONFIGURATION.formatted(
            text(address) + (isOutermost ? " proxy_protocol" : ""),
            text(behind),
            isOutermost ? NAMES_THE_CLIENT : ""));
    Process process = new ProcessBuilder(
            PROGRAM, "-p", folder.toString(), "-c", "nginx.conf", "-e", "stderr")
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
    Nginx nginx = new Nginx(address, folder, process);
    nginx.awaitListening();
    return nginx;
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void awaitListening() {
    await().atMost(PATIENCE).until(() -> {
      if (!process.isAlive()) {
        throw new IOException("nginx has ended: " + Files.readString(folder.resolve("log")));
      }
      return isListening();
    });
  }

  private boolean isListening() {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** A port that is free: nginx cannot say which one it has chosen itself. */
  private static InetSocketAddress free(InetAddress host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, host)) {
      return new InetSocketAddress(host, socket.getLocalPort());
    }
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }
}

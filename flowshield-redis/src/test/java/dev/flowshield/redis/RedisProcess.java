package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A server of its own for a test: started on a free port of this machine, with nothing kept on
 * disk, and stopped, killed or frozen as a process.
 */
final class RedisProcess implements AutoCloseable {

  /** The programs that the test libraries bring along. */
  enum Version {
    REDIS_7_0("redis-server-7.0.15-"),
    REDIS_6_2("redis-server-6.2.6-v5-");

    private final String prefix;

    Version(String prefix) {
      this.prefix = prefix;
    }

    private String resource() {
      boolean isArm = System.getProperty("os.arch").equals("aarch64");
      boolean isMac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
      String name = this == REDIS_6_2 && isArm && !isMac ? "redis-server-6.2.7-" : prefix;
      return "/" + name + (isMac ? "darwin" : "linux") + (isArm ? "-arm64" : "-amd64");
    }
  }

  private static final Path FOLDER = Path.of(System.getProperty("java.io.tmpdir"));

  private final List<String> command;
  private final int port;
  private Process process;

  private RedisProcess(List<String> command, int port) {
    this.command = command;
    this.port = port;
    this.process = begin();
  }

  /** A server of the usual version. */
  static RedisProcess start(String... settings) {
    return start(Version.REDIS_7_0, settings);
  }

  /** A server of a version that the libraries bring along. */
  static RedisProcess start(Version version, String... settings) {
    return start(program(version), settings);
  }

  /** A server that this program is. */
  static RedisProcess start(Path program, String... settings) {
    return start(List.of(program.toString()), settings);
  }

  /** A Sentinel, which keeps its settings in a file. */
  static RedisProcess startSentinel(Path file) {
    return start(List.of(program(Version.REDIS_7_0).toString(), file.toString(), "--sentinel"));
  }

  private static RedisProcess start(List<String> program, String... settings) {
    int port = freePort();
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(
        "--port",
        String.valueOf(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--daemonize",
        "no",
        "--logfile",
        "",
        "--dir",
        FOLDER.toString(),
        "--dbfilename", // a replica writes what it gets from its master
        data(port).getFileName().toString(),
        "--repl-diskless-sync-delay",
        "0"));
    command.addAll(List.of(settings));
    return new RedisProcess(command, port);
  }

  private static Path program(Version version) {
    try (InputStream resource = Objects.requireNonNull(
        RedisProcess.class.getResourceAsStream(version.resource()), version.resource())) {
      Path program = Files.createTempFile(
          "redis-server",
          "",
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      program.toFile().deleteOnExit();
      Files.write(program, resource.readAllBytes());
      return program;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static Path data(int port) {
    return FOLDER.resolve("redis-server-" + port + ".rdb");
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private Process begin() {
    try {
      Process begun = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
      try {
        await().atMost(20, SECONDS).pollInterval(Duration.ofMillis(5)).until(this::accepts);
      } catch (ConditionTimeoutException failure) {
        begun.destroyForcibly();
        throw failure;
      }
      return begun;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  int port() {
    return port;
  }

  String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /** Lets it answer no more, without closing a connection. */
  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  /** Sends a command, and returns what comes back: texts, numbers or lists. */
  Object command(String... words) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      return Resp.ask(socket, words);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
          .start()
          .waitFor();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it at once; all that it kept is gone. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Begins again at the same port, with what was saved, which is nothing unless it was told to. */
  void restart(String... moreSettings) {
    kill();
    command.addAll(List.of(moreSettings));
    process = begin();
  }

  @Override
  public void close() {
    kill();
    data(port).toFile().delete();
  }
}

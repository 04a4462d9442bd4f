package dev.flowshield.demo.cluster.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A Redis server on loopback, from a test library, without persistence. It can be killed, and
 * restarted at the same port without data.
 */
public final class StoreProcess implements AutoCloseable {

  private static final String PROGRAM = "redis-server-7.0.15-";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int GLANCE_MILLIS = 5;

  private final List<String> command;
  private final Path directory;
  private final int port;
  private Process process;
  private boolean isClosed;

  private StoreProcess(Path directory, Path program, int port) throws IOException {
    this.port = port;
    this.directory = directory;
    this.command = List.of(
        program.toString(),
        "--port",
        String.valueOf(port),
        "--bind",
        InstanceProcess.LOOPBACK,
        "--save",
        "",
        "--appendonly",
        "no");
    this.process = begin();
  }

  /**
   * Starts a server at a free port.
   *
   * @param directory the directory of its program and its log
   * @throws IOException if there is no program for this system, or if it does not start
   */
  public static StoreProcess start(Path directory) throws IOException, InterruptedException {
    Path program = program(directory.toAbsolutePath());
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    StoreProcess store = new StoreProcess(directory.toAbsolutePath(), program, port);
    store.awaitReady();
    return store;
  }

  private static Path program(Path directory) throws IOException {
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    String resource = resource(System.getProperty("os.name"), System.getProperty("os.arch"));
    try (InputStream bytes = StoreProcess.class.getResourceAsStream(resource)) {
      if (bytes == null) {
        throw new IOException("no Redis server comes with this demo for " + system
            + ": run it on Linux or macOS, on amd64 or aarch64");
      }
      Files.createDirectories(directory);
      Path program = directory.resolve("redis-server");
      Files.deleteIfExists(program);
      Files.createFile(
          program,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.write(program, bytes.readAllBytes());
      return program;
    }
  }

  /** Returns the resource with the program for a system, which may not exist. */
  static String resource(String system, String architecture) {
    String name = system.toLowerCase(Locale.ROOT);
    String kind = name.contains("mac") ? "darwin" : name.contains("linux") ? "linux" : "other";
    return "/" + PROGRAM + kind + (architecture.equals("aarch64") ? "-arm64" : "-amd64");
  }

  private Process begin() throws IOException {
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(
            directory.resolve("redis-server.log").toFile()))
        .start();
  }

  private void awaitReady() throws IOException, InterruptedException {
    for (long left = PATIENCE.toMillis() / GLANCE_MILLIS; left > 0 && !accepts(); left--) {
      if (!process.isAlive()) {
        throw new IOException("the Redis server did not start: see " + directory);
      }
      Thread.sleep(GLANCE_MILLIS);
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

  /** Returns the address for the instances. */
  public String address() {
    return "redis://" + InstanceProcess.LOOPBACK + ":" + port;
  }

  /** Returns the process id. */
  public long pid() {
    return process.pid();
  }

  /** Kills the server; its data is lost. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Restarts the server at the same port without data, unless it was closed. */
  public void startAgain() throws IOException, InterruptedException {
    kill();
    synchronized (this) {
      if (isClosed) {
        return;
      }
      process = begin();
    }
    awaitReady();
  }

  /** Stops the server for good. */
  @Override
  public synchronized void close() {
    isClosed = true;
    try {
      kill();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

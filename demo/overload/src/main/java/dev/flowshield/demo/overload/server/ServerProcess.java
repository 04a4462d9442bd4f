package dev.flowshield.demo.overload.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own, so that clients and server do not share garbage collections.
 */
public final class ServerProcess implements AutoCloseable {

  static final String PORT = "port ";
  static final String IN_FLIGHT = "in flight ";

  private final Process process;
  private final URI address;
  private final Thread reader;
  private volatile int inFlight;

  private ServerProcess(Process process, Path log) throws IOException {
    this.process = process;
    BufferedReader lines = process.inputReader(UTF_8);
    String line = lines.readLine();
    while (line != null && !line.startsWith(PORT)) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("the server did not start: see " + log);
    }
    this.address =
        URI.create("http://" + ServerKind.LOOPBACK + ":" + line.substring(PORT.length()));
    this.reader = new Thread(() -> read(lines, log), "server's lines");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a server.
   *
   * @param processors the processors, of which it gets its part
   * @param log the file for its output
   */
  public static ServerProcess start(
      ServerKind kind, Work work, Protection protection, Processors processors, Path log)
      throws IOException {
    List<String> command = new ArrayList<>(processors.beforeServer());
    command.addAll(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx1g",
        "-cp",
        System.getProperty("java.class.path"),
        ServerMain.class.getName(),
        kind.name(),
        work.name(),
        protection.title()));
    Files.createDirectories(log.toAbsolutePath().getParent());
    File errors = new File(log + ".err");
    return new ServerProcess(new ProcessBuilder(command).redirectError(errors).start(), log);
  }

  private void read(BufferedReader lines, Path log) {
    try (lines;
        Writer out = Files.newBufferedWriter(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.write(line);
        out.write(System.lineSeparator());
        if (line.startsWith(IN_FLIGHT)) {
          String number = line.substring(IN_FLIGHT.length());
          inFlight = Integer.parseInt(number.substring(0, number.indexOf(' ')));
        }
      }
    } catch (IOException failed) {
      if (process.isAlive()) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  /** Returns the address for requests. */
  public URI address() {
    return address;
  }

  /** Returns the id of the process. */
  public long pid() {
    return process.pid();
  }

  /** Returns the requests in flight a moment ago. */
  public int inFlight() {
    return inFlight;
  }

  /** Stops the process; its log is complete then. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      reader.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

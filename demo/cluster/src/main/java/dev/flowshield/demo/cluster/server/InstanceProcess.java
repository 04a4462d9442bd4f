package dev.flowshield.demo.cluster.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.Ticker;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** An instance of the service in a process of its own, as in a real deployment. */
public final class InstanceProcess implements AutoCloseable {

  static final String LOOPBACK = "127.0.0.1";
  static final String PORT = "port ";
  static final String STORE = "store ";

  /**
   * A change from using the store to not using it, or back.
   *
   * @param atNanos the instant in nanoseconds of the ticker of this process
   */
  public record Change(long atNanos, boolean isAsked) {}

  private final Process process;
  private final Path log;
  private final CompletableFuture<URI> address = new CompletableFuture<>();
  private final Thread reader;
  private final Ticker ticker = Ticker.system();
  private final List<Change> changes = new CopyOnWriteArrayList<>();
  private volatile StoreView view = new StoreView(true, 0, 1, 0);

  private InstanceProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.reader = new Thread(this::read, "instance's lines");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts an instance without waiting for it.
   *
   * @param settings the settings of its shield, such as {@code limit} to {@code 100/s}
   * @param log the file for its log
   */
  public static InstanceProcess start(Map<String, String> settings, Path log) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        "-XX:+UseSerialGC", // like the next: several instances share few processors
        "-XX:TieredStopAtLevel=1",
        "-Dslf4j.internal.verbosity=ERROR",
        "-Djava.util.logging.SimpleFormatter.format=%1$tT.%1$tL %4$s: %5$s%6$s%n"));
    settings.forEach((name, value) -> command.add("-Dflowshield." + name + "=" + value));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), InstanceMain.class.getName()));
    Files.createDirectories(log.toAbsolutePath().getParent());
    File errors = log.toFile();
    return new InstanceProcess(new ProcessBuilder(command).redirectError(errors).start(), log);
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(PORT)) {
          address.complete(URI.create("http://" + LOOPBACK + ":" + line.substring(PORT.length())));
        } else if (line.startsWith(STORE)) {
          saw(StoreView.parse(line.substring(STORE.length())));
        }
      }
      address.completeExceptionally(new IOException("no more output"));
    } catch (IOException stopped) {
      address.completeExceptionally(stopped);
    }
  }

  private void saw(StoreView now) {
    if (now.isAsked() != view.isAsked()) {
      long since = TimeUnit.MICROSECONDS.toNanos(now.sinceMicros());
      changes.add(new Change(ticker.nanos() - since, now.isAsked()));
    }
    view = now;
  }

  /**
   * Returns the address for requests, once the instance is ready.
   *
   * @throws IOException if it does not start
   */
  public URI address() throws IOException {
    try {
      return address.join();
    } catch (CompletionException failure) {
      throw new IOException("an instance did not start: see " + log, failure);
    }
  }

  /** Returns whether it used the store a moment ago. */
  public boolean isAsking() {
    return view.isAsked();
  }

  /** Returns the number of instances by which it divides the limit during an outage. */
  public int instances() {
    return view.instances();
  }

  /** Returns the number of requests that its share has decided. */
  public long withoutStore() {
    return view.withoutStore();
  }

  /** Returns the changes from using the store to not using it and back, in order. */
  public List<Change> changes() {
    return List.copyOf(changes);
  }

  /** Returns the process id. */
  public long pid() {
    return process.pid();
  }

  /** Stops the process. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      reader.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.flowshield.benchmarks.load;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, so that its resource usage can be measured. */
final class ServerProcess implements AutoCloseable {

  /** The beginning of a line for the parent process; servers print other lines. */
  static final String ANSWER = "flowshield-server ";

  /**
   * The resource usage since the start.
   *
   * @param cpuNanos the CPU time of all its threads
   * @param bytes the bytes allocated by its threads
   */
  record Used(long cpuNanos, long bytes) {}

  private final Process process;
  private final BufferedReader answers;
  private final Writer questions;
  private final int port;

  private ServerProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = process.outputWriter(StandardCharsets.UTF_8);
    this.port = Integer.parseInt(answer());
  }

  static ServerProcess start(Server server, Protection protection, Cores cores) {
    List<String> command = new ArrayList<>(cores.ofServers());
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of("-Xms512m", "-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ServerMain.class.getName(), server.name(), protection.name()));
    try {
      return new ServerProcess(new ProcessBuilder(command)
          .redirectError(new File("target/load-" + server + "-" + protection + ".log"))
          .start());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  int port() {
    return port;
  }

  Used used() {
    try {
      questions.write("used\n");
      questions.flush();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    String[] numbers = answer().split(" ", -1);
    return new Used(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  private String answer() {
    try {
      String line = answers.readLine();
      while (line != null && !line.startsWith(ANSWER)) {
        line = answers.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("a server ended: see target/load-*.log");
      }
      return line.substring(ANSWER.length());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Stops the process. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

package dev.flowshield.demo.overload.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.demo.traffic.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The client in C, in a process of its own. It refuses servers on other machines, and exits on its
 * own. Its retries wait with full jitter, regardless of the pause of a load.
 *
 * @param program the program, compiled from {@code openload.c}
 */
record OpenLoad(Path program) implements LoadClient {

  /** The factor by which the number of connections may grow when all are busy. */
  private static final int GROWTH = 2;

  @Override
  public String title() {
    return "an open-loop client in C";
  }

  @Override
  public LoadReport send(URI server, long pid, Load load) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(server, pid, load)).redirectErrorStream(true).start();
    try {
      List<String> lines;
      try {
        lines = process.inputReader(UTF_8).lines().toList();
      } catch (UncheckedIOException unreadable) {
        throw unreadable.getCause();
      }
      if (process.waitFor() != 0) {
        throw new IOException(
            "the client ended with " + process.exitValue() + ": " + String.join(" ", lines));
      }
      return LoadReport.parse(lines);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Returns the command line, with one {@code --phase} for each phase. */
  List<String> command(URI server, long pid, Load load) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    add(command, "--address", server.getHost());
    add(command, "--port", server.getPort());
    add(command, "--server-pid", pid);
    add(command, "--seed", load.seed());
    add(command, "--clients", load.crowd().clients());
    add(command, "--greedy", load.crowd().greedyPercent());
    add(command, "--open", load.connections());
    add(command, "--connections", GROWTH * load.connections());
    add(command, "--deadline-ms", load.deadline().toMillis());
    add(command, "--timeout-ms", load.timeout().toMillis());
    add(command, "--retries", load.retries().most());
    for (Phase phase : load.phases()) {
      add(command, "--phase", phase.perSecond() + "x" + seconds(phase.length()));
    }
    return command;
  }

  private static void add(List<String> command, String option, Object value) {
    command.add(option);
    command.add(value.toString());
  }

  private static String seconds(Duration length) {
    return String.format(Locale.ROOT, "%.3f", length.toNanos() / 1e9);
  }
}

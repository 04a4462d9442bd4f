package dev.flowshield.demo.overload.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Halves the processors of this machine, one half for a server and one for its clients, so that
 * what clients cost is not taken for what the server costs. Where {@code taskset} is not there, or
 * only one processor, both share all, and clients have them before the server has them: else a
 * server that computes would keep them from sending.
 */
public final class Processors {

  private static final String TASKSET = "/usr/bin/taskset";
  private static final String NICE = "/usr/bin/nice";
  private static final Path STATUS = Path.of("/proc/self/status"); // where it is Linux
  private static final String ALLOWED = "Cpus_allowed_list:";

  private final List<Integer> allowed;

  private Processors(List<Integer> allowed) {
    this.allowed = allowed;
  }

  /** Those that this process may use. */
  public static Processors ofThisProcess() throws IOException {
    if (!new File(TASKSET).canExecute() || !Files.isReadable(STATUS)) {
      return new Processors(List.of());
    }
    try (Stream<String> lines = Files.lines(STATUS, UTF_8)) {
      return new Processors(lines
          .filter(line -> line.startsWith(ALLOWED))
          .findFirst()
          .map(line -> numbers(line.substring(ALLOWED.length()).strip()))
          .orElse(List.of()));
    }
  }

  /** The numbers in a list such as {@code 0-3,8}. */
  static List<Integer> numbers(String list) {
    return Stream.of(list.split(","))
        .map(part -> part.split("-"))
        .flatMapToInt(ends -> IntStream.rangeClosed(
            Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])))
        .boxed()
        .toList();
  }

  /** Whether server and clients have their own. */
  public boolean areHalved() {
    return allowed.size() > 1;
  }

  /** How many a server has. */
  public int ofServer() {
    return areHalved() ? allowed.size() / 2 : Runtime.getRuntime().availableProcessors();
  }

  /** What to put before the command that starts a server. */
  List<String> beforeServer() {
    if (areHalved()) {
      return List.of(TASKSET, "-c", list(allowed.subList(0, ofServer())));
    }
    return new File(NICE).canExecute() ? List.of(NICE, "-n", "19") : List.of();
  }

  /** Leaves the server's to it, from now on. */
  public void keepToClients() throws IOException, InterruptedException {
    if (areHalved()) {
      String others = list(allowed.subList(ofServer(), allowed.size()));
      String self = Long.toString(ProcessHandle.current().pid());
      Process taskset = new ProcessBuilder(TASKSET, "-acp", others, self)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
      if (taskset.waitFor() != 0) {
        throw new IOException("taskset could not keep clients to processors " + others);
      }
    }
  }

  private static String list(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}

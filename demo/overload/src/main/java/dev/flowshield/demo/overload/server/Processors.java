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
 * The processors of this machine, one half for a server and one for its clients, so that the cost
 * of clients does not count as a cost of the server. Without {@code taskset}, or with a single
 * processor, both share all. Clients then have priority, because a computing server would otherwise
 * keep them from sending.
 */
public final class Processors {

  private static final String TASKSET = "/usr/bin/taskset";
  private static final String NICE = "/usr/bin/nice";
  private static final Path STATUS = Path.of("/proc/self/status"); // on Linux
  private static final String ALLOWED = "Cpus_allowed_list:";

  private final List<Integer> allowed;

  private Processors(List<Integer> allowed) {
    this.allowed = allowed;
  }

  /** Returns the processors that this process may use. */
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

  /** Returns the numbers in a list such as {@code 0-3,8}. */
  static List<Integer> numbers(String list) {
    return Stream.of(list.split(","))
        .map(part -> part.split("-"))
        .flatMapToInt(ends -> IntStream.rangeClosed(
            Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])))
        .boxed()
        .toList();
  }

  /** Returns whether server and clients have separate processors. */
  public boolean areHalved() {
    return allowed.size() > 1;
  }

  /** Returns the number of processors of a server. */
  public int ofServer() {
    return areHalved() ? allowed.size() / 2 : Runtime.getRuntime().availableProcessors();
  }

  /** Returns the first words of the command that starts a server. */
  List<String> beforeServer() {
    if (areHalved()) {
      return List.of(TASKSET, "-c", list(allowed.subList(0, ofServer())));
    }
    return new File(NICE).canExecute() ? List.of(NICE, "-n", "19") : List.of();
  }

  /** Restricts this process to the processors of the clients from now on. */
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

package dev.flowshield.benchmarks.load;

import java.io.IOException;
import java.util.List;

/**
 * The assignment of the client and the servers to separate cores, if {@code taskset} is available.
 * A server then has a whole core, so its requests per second follow from its CPU time.
 *
 * @param ofServers the first words of a command that runs a server
 */
record Cores(List<String> ofServers) {

  static Cores divide() {
    int most = Runtime.getRuntime().availableProcessors();
    String self = Long.toString(ProcessHandle.current().pid());
    if (most >= 2 && runs("taskset", "-acp", "0", self)) {
      return new Cores(List.of("taskset", "-c", "1"));
    }
    return new Cores(List.of());
  }

  /** Returns a description for a report. */
  String description() {
    return ofServers.isEmpty()
        ? "client and servers share all cores"
        : "the client has one core and the servers another, with one thread of load";
  }

  private static boolean runs(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException notThere) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

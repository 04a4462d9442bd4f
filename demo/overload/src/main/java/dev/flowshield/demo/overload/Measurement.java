package dev.flowshield.demo.overload;

import dev.flowshield.Ticker;
import dev.flowshield.demo.overload.load.Load;
import dev.flowshield.demo.overload.load.LoadClient;
import dev.flowshield.demo.overload.load.LoadReport;
import dev.flowshield.demo.overload.server.Processors;
import dev.flowshield.demo.overload.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A runner of trials on this machine.
 *
 * @param client the client that sends and measures
 * @param processors the processors, which servers and clients share
 * @param logs the directory for a log of the server and a report of the client for each trial
 */
record Measurement(LoadClient client, Processors processors, Path logs) {

  /**
   * The wait until nothing is in flight any more: a shield releases the slot of a gone client after
   * five seconds.
   */
  private static final Duration UNTIL_EMPTY = Duration.ofSeconds(8);

  private static final Duration GLANCE = Duration.ofMillis(200);

  Score run(Trial trial, Load load) throws IOException, InterruptedException {
    String name = trial.name().replaceAll("[^A-Za-z0-9.]+", "-");
    try (ServerProcess server = ServerProcess.start(
        trial.server(),
        trial.work(),
        trial.protection(),
        processors,
        logs.resolve(name + ".log"))) {
      LoadReport report = client.send(server.address(), server.pid(), load);
      Files.write(logs.resolve(name + ".load"), report.lines());
      return new Score(trial, report, inFlightAtTheEnd(server, Ticker.system()));
    }
  }

  /** Returns the requests still in flight some time after all clients have gone. */
  private static int inFlightAtTheEnd(ServerProcess server, Ticker ticker)
      throws InterruptedException {
    long end = ticker.nanos() + UNTIL_EMPTY.toNanos();
    do {
      Thread.sleep(GLANCE.toMillis());
    } while (server.inFlight() > 0 && end - ticker.nanos() > 0);
    return server.inFlight();
  }
}

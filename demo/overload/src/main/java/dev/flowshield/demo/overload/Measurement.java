package dev.flowshield.demo.overload;

import dev.flowshield.Ticker;
import dev.flowshield.demo.overload.server.Processors;
import dev.flowshield.demo.overload.server.ServerProcess;
import dev.flowshield.demo.result.Results;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.ClientAddresses;
import dev.flowshield.demo.traffic.OpenLoopClients;
import dev.flowshield.demo.traffic.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs trials on this machine.
 *
 * @param connections of all clients together
 * @param processors of which servers have their part
 * @param logs where the servers' logs go, one for each trial
 */
record Measurement(int connections, Processors processors, Path logs) {

  /** After the start of a server and its clients. */
  private static final Duration LEAD = Duration.ofSeconds(1);

  /** How long to wait for answers when the last request is sent. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /**
   * How long to wait until nothing is in flight any more: a shield forgets a request whose client
   * has gone away after five seconds.
   */
  private static final Duration UNTIL_EMPTY = Duration.ofSeconds(8);

  private static final Duration GLANCE = Duration.ofMillis(200);

  Score run(Trial trial, Schedule schedule) throws IOException, InterruptedException {
    Path log = logs.resolve(trial.name().replaceAll("[^A-Za-z0-9.]+", "-") + ".log");
    Ticker ticker = Ticker.system();
    try (ServerProcess server =
        ServerProcess.start(trial.server(), trial.work(), trial.protection(), processors, log)) {
      Answers answers;
      try (OpenLoopClients clients = OpenLoopClients.connect(
          server.address(),
          ClientAddresses.find(schedule.crowd().clients()),
          schedule.crowd(),
          connections)) {
        long start = ticker.nanos() + LEAD.toNanos();
        answers = clients.send(schedule, trial.traffic().retries(), start);
        Duration length = Duration.ofNanos(schedule.lengthNanos());
        if (!answers.await(LEAD.plus(length).plus(PATIENCE))) {
          answers.giveUp(ticker.nanos() - start);
        }
      }
      int inFlight = inFlightAtTheEnd(server, ticker);
      Results results =
          new Results(trial.name(), schedule, answers, OverloadDemo.DEADLINE, new int[0]);
      return Score.of(trial, results, answers, inFlight);
    }
  }

  /** What is in flight still, some time after all clients have gone. */
  private static int inFlightAtTheEnd(ServerProcess server, Ticker ticker)
      throws InterruptedException {
    long end = ticker.nanos() + UNTIL_EMPTY.toNanos();
    do {
      Thread.sleep(GLANCE.toMillis());
    } while (server.inFlight() > 0 && end - ticker.nanos() > 0);
    return server.inFlight();
  }
}

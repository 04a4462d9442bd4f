package dev.flowshield.demo;

import dev.flowshield.Ticker;
import dev.flowshield.demo.result.LiveTable;
import dev.flowshield.demo.result.Results;
import dev.flowshield.demo.server.DemoServer;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.OpenLoopClients;
import dev.flowshield.demo.traffic.Schedule;
import io.undertow.server.HandlerWrapper;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The traffic against one server: starts the server, sends, observes, stops the server.
 *
 * @param name the name in the output
 * @param protection the handler in front of the work of the server
 * @param clients the clients
 */
record Run(String name, HandlerWrapper protection, Clients clients) {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration GLANCE = Duration.ofMillis(50);

  /** The wait for responses after the last request; the others have failed. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The time for clients and server to settle between connecting and the first request. */
  private static final Duration LEAD = Duration.ofSeconds(1);

  /** Sends a schedule and waits for its responses, and prints a line per second. */
  Results send(Schedule schedule, PrintStream out) throws IOException, InterruptedException {
    try (DemoServer server = DemoServer.start(0, Scenario.WORKERS, Scenario.WORK, protection);
        OpenLoopClients senders = OpenLoopClients.connect(
            server.address(), clients.addresses(), schedule.crowd(), clients.connections())) {
      Ticker ticker = Ticker.system();
      long start = ticker.nanos() + LEAD.toNanos();
      Answers answers = senders.send(schedule, start);
      int[] inFlight = new int[(int) (schedule.lengthNanos() / SECOND)];
      Results results = new Results(name, schedule, answers, Scenario.DEADLINE, inFlight);
      LiveTable table = new LiveTable(results);
      out.println(table.heading());
      int shown = 0;
      while (shown < results.length()) {
        Thread.sleep(GLANCE.toMillis());
        long now = ticker.nanos() - start;
        int second = (int) Math.max(0, now / SECOND);
        if (second < inFlight.length) {
          inFlight[second] = Math.max(inFlight[second], server.inFlight());
        }
        // a second is shown when the deadline of its last request has passed
        if (now > (shown + 1) * SECOND + Scenario.DEADLINE.toNanos()) {
          out.println(table.line(++shown));
        }
      }
      if (!answers.await(PATIENCE)) {
        answers.giveUp(ticker.nanos() - start);
      }
      return results;
    }
  }
}

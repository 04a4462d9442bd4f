package dev.flowshield.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.demo.report.Report;
import dev.flowshield.demo.result.Comparison;
import dev.flowshield.demo.result.Results;
import dev.flowshield.http.HttpShield;
import dev.flowshield.undertow.FlowShieldHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that sends the same spike of traffic to the same server, without the shield and with
 * it. It shows the outcomes of the requests: a line per second, then a table, then a page for the
 * browser.
 *
 * <p>System properties: {@code demo.directory} is the directory of the page, by default {@code
 * target}. With {@code demo.serve}, no traffic is sent and the protected server keeps running for
 * manual tests. Runs that were disturbed because the machine was busy are marked in the table and
 * on the page.
 */
public final class Demo {

  private final PrintStream out;
  private final Clients clients;

  private Demo(PrintStream out, Clients clients) {
    this.out = out;
    this.clients = clients;
  }

  /** Runs the demo, or serves. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    System.setProperty("java.awt.headless", "true");
    Logs.keepToOneLine();
    if (Boolean.parseBoolean(System.getProperty("demo.serve", "false"))) {
      Serving.untilStopped(System.out);
      System.exit(0); // with the threads of the server
    }
    Path directory = Path.of(System.getProperty("demo.directory", "target"));
    new Demo(System.out, Clients.ofThisMachine()).run(directory);
    System.exit(0); // whatever threads still run
  }

  private void run(Path directory) throws IOException, InterruptedException {
    String introduction = new Introduction(clients).text();
    out.println(introduction);
    heading("Warming up for a few seconds, not counted.");
    warmUp();
    heading("Without FlowShield: the server as it comes");
    Results bare = new Run("without FlowShield", app -> app, clients)
        .send(Scenario.traffic(clients.count()), out);
    HttpShield shield = Scenario.shield(clients.count());
    heading("With " + shield);
    Results shielded = new Run(
            "with FlowShield", app -> FlowShieldHandler.protect(app, shield), clients)
        .send(Scenario.traffic(clients.count()), out);

    Comparison comparison =
        new Comparison(List.of(bare, shielded), Scenario.CAPACITY, Scenario.SPIKE);
    heading("Side by side");
    out.println(comparison.text());
    String notes = new Notes(comparison, shield).text();
    out.println(notes);
    Report report = new Report(comparison, Scenario.DEADLINE, introduction, notes);
    out.println(report.write(directory));
  }

  private void warmUp() throws IOException, InterruptedException {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    HttpShield shield = Scenario.shield(clients.count());
    new Run("warm-up", app -> FlowShieldHandler.protect(app, shield), clients)
        .send(Scenario.warmUp(clients.count()), nowhere);
  }

  private void heading(String text) {
    out.println();
    out.println(text);
    out.println();
  }
}

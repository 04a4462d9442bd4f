package dev.flowshield.demo.overload;

import dev.flowshield.demo.overload.load.ClientChoice;
import dev.flowshield.demo.overload.load.Load;
import dev.flowshield.demo.overload.server.Processors;
import dev.flowshield.demo.overload.server.Work;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * A program that sends two spikes to servers of several kinds, without a shield, with a shield that
 * does not know their capacity, and with other protections. It prints a table. If work waits, the
 * processors are idle during an overload; for this work, a shield that also sheds on a plateau is
 * included.
 *
 * <p>System properties: {@code demo.runs} is a regular expression for the runs, such as {@code
 * "Tomcat.*(auto|hand 12)"}. {@code demo.directory} is the directory for the logs of the servers,
 * which report their state ten times a second, and for the reports of the client, which have each
 * second.
 */
public final class OverloadDemo {

  /** The latency beyond which a response is useless. */
  static final Duration DEADLINE = Duration.ofMillis(500);

  private static final int CONNECTIONS = 2000;
  private static final String DEFAULT_RUNS = ".*(none|auto)|.*, waits, .*, auto plateau";

  // Strong reference, because the JDK forgets the level of a logger without one.
  private static final Logger ALL = Logger.getLogger("");

  private OverloadDemo() {}

  /** Runs all chosen trials, each for less than a minute. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ALL.setLevel(Level.SEVERE);
    Pattern runs = Pattern.compile(System.getProperty("demo.runs", DEFAULT_RUNS));
    Path directory = Path.of(System.getProperty("demo.directory", "target/overload"));
    Processors processors = Processors.ofThisProcess();
    ClientChoice choice = ClientChoice.ofThisMachine(directory);
    Measurement measurement = new Measurement(choice.client(), processors, directory);
    System.out.print(introduction(measurement, choice));
    run(
        Trial.all(processors.ofServer()).stream()
            .filter(trial -> runs.matcher(trial.name()).matches())
            .toList(),
        measurement,
        System.out);
    System.exit(0); // whatever threads still run
  }

  private static String introduction(Measurement measurement, ClientChoice choice) {
    return String.format(
        Locale.ROOT,
        """
        Half of what a server can do for 7 s, the first 3 not counted; a spike for 7 s, for which its code is cold;
        half again for 12 s; the same spike, for which it is warm; half again for 6 s.
        Goodput in %% is what was answered 200 within %d ms in a spike, of what the server can do: %d/s where work waits,
        %d/s where it burns CPU. The microseconds are the server's CPU time for each request of a spike.
        %s %s
        Java %s, %d processors. What each server found, ten times a second, and the client, each second: %s

        """,
        DEADLINE.toMillis(),
        capacity(Work.WAITS, measurement),
        capacity(Work.BURNS, measurement),
        choice.sentence(),
        measurement.processors().areHalved()
            ? "Servers have one half of the processors, the client the other."
            : "Servers and client share the processors, and the client has them first.",
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        measurement.logs().toAbsolutePath());
  }

  private static void run(List<Trial> trials, Measurement measurement, PrintStream out)
      throws IOException, InterruptedException {
    out.println(Score.COLUMNS.heading());
    out.println(Score.COLUMNS.rule());
    measurement.processors().keepToClients();
    for (Trial trial : trials) {
      int capacity = capacity(trial.work(), measurement);
      Load load = trial.traffic().load(capacity, CONNECTIONS);
      try {
        out.println(measurement.run(trial, load).line());
      } catch (IOException failed) { // the other trials are independent of this one
        out.println(trial.name() + ": not measured, " + failed.getMessage());
      }
    }
  }

  private static int capacity(Work work, Measurement measurement) {
    return work.capacity(measurement.processors().ofServer());
  }
}

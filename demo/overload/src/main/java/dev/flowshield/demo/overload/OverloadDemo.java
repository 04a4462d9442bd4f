package dev.flowshield.demo.overload;

import dev.flowshield.demo.overload.server.Processors;
import dev.flowshield.demo.overload.server.Work;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * Sends a spike to servers of several kinds, without a shield and with one that is told nothing of
 * what they can do, and prints a table.
 *
 * <p>System properties: {@code demo.runs}, a regular expression for what to run, such as
 * {@code "Tomcat.*auto"}; {@code demo.directory}, where the servers' logs go, in which each says
 * ten times a second what it has found.
 */
public final class OverloadDemo {

  /** After which an answer is of no use. */
  static final Duration DEADLINE = Duration.ofMillis(500);

  private static final int CONNECTIONS = 2000;
  private static final String DEFAULT_RUNS = ".*(none|auto)";

  // held, as the logging of the JDK forgets the level of a logger without a reference
  private static final Logger ALL = Logger.getLogger("");

  private OverloadDemo() {}

  /** Runs all, which takes about a quarter of an hour. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ALL.setLevel(Level.SEVERE);
    Pattern runs = Pattern.compile(System.getProperty("demo.runs", DEFAULT_RUNS));
    Path directory = Path.of(System.getProperty("demo.directory", "target/overload"));
    Processors processors = Processors.ofThisProcess();
    run(
        Trial.all(processors.ofServer()).stream()
            .filter(trial -> runs.matcher(trial.name()).matches())
            .toList(),
        new Measurement(CONNECTIONS, processors, directory),
        System.out);
    System.exit(0); // whatever threads there still are
  }

  private static void run(List<Trial> trials, Measurement measurement, PrintStream out)
      throws IOException, InterruptedException {
    out.printf(
        """
        Half of what a server can do for 7 s, the first 3 not counted, a spike for 7 s, half again for 6 s.
        Goodput is what was answered 200 within %d ms in the spike, of what the server can do: %d/s where work waits,
        %d/s where it burns CPU. %s
        Java %s, %d processors. What each server found, ten times a second: %s

        %s
        %s
        """,
        DEADLINE.toMillis(),
        capacity(Work.WAITS, measurement),
        capacity(Work.BURNS, measurement),
        measurement.processors().areHalved()
            ? "Servers have one half of the processors, clients the other."
            : "Servers and clients share the processors, and clients have them first.",
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        measurement.logs().toAbsolutePath(),
        Score.COLUMNS.heading(),
        Score.COLUMNS.rule());
    measurement.processors().keepToClients();
    for (Trial trial : trials) {
      out.println(measurement
          .run(trial, trial.traffic().schedule(capacity(trial.work(), measurement)))
          .line());
    }
  }

  private static int capacity(Work work, Measurement measurement) {
    return work.capacity(measurement.processors().ofServer());
  }
}

package dev.flowshield.demo.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A program that sends traffic to four instances, first with separate limits and then with a store
 * that is killed and restarted. It shows the admitted requests: a line per second, then a table and
 * a plot.
 *
 * <p>The system property {@code demo.directory} is the directory of the plot and of the logs of the
 * instances.
 */
public final class ClusterDemo {

  // Strong reference, because the JDK forgets the level of a logger without one.
  private static final Logger ALL = Logger.getLogger("");

  private ClusterDemo() {}

  /** Runs the demo, which takes two minutes. */
  public static void main(String[] arguments) throws InterruptedException {
    System.setProperty("java.awt.headless", "true");
    ALL.setLevel(Level.SEVERE);
    Path directory = Path.of(System.getProperty("demo.directory", "target/cluster"));
    try {
      run(Scenario.USUAL, directory, System.out);
      System.exit(0); // whatever threads still run
    } catch (IOException impossible) {
      System.err.println("The demo has ended: " + impossible.getMessage());
      System.exit(1);
    }
  }

  private static void run(Scenario scenario, Path directory, PrintStream out)
      throws IOException, InterruptedException {
    out.printf(
        """
        %d instances, each a process with Undertow, have the limit %s for all requests. They get %,d requests a second
        for %d s, the first %d %% of them. Each second counts the requests that were due in it, and latency counts from that instant.
        The logs of the instances: %s
        """,
        scenario.instances(),
        scenario.limit(),
        scenario.perSecond(),
        scenario.traffic().lengthNanos() / 1_000_000_000L,
        scenario.firstPercent(),
        directory.toAbsolutePath().normalize());
    Observed alone = run(scenario, false, "alone", "Each for itself", directory, out);
    Observed together = run(
        scenario,
        true,
        "together",
        "With a store, which is killed after " + scenario.before().toSeconds()
            + " s, and started again, empty, " + scenario.down().toSeconds() + " s later",
        directory,
        out);
    out.println();
    out.println(new Summary(scenario, alone, together).text());
    out.println(new Plot(scenario, alone, together).write(directory));
  }

  private static Observed run(
      Scenario scenario,
      boolean hasStore,
      String name,
      String heading,
      Path directory,
      PrintStream out)
      throws IOException, InterruptedException {
    out.printf(
        "%n%s. Warming up for %d s, not counted.%n%n",
        heading, scenario.warmUp().toSeconds());
    try (Cluster cluster = Cluster.start(scenario, hasStore, name, directory)) {
      return new Run(scenario, cluster).send(out);
    }
  }
}

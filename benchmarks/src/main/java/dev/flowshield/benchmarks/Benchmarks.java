package dev.flowshield.benchmarks;

import dev.flowshield.benchmarks.report.Heap;
import dev.flowshield.benchmarks.report.Report;
import dev.flowshield.benchmarks.report.Row;
import dev.flowshield.benchmarks.report.Verdicts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.RunnerException;

/**
 * A program that runs every suite, checks the rows against the promises and writes the report to
 * {@code results/latest.md}.
 *
 * <p>Suites run in sequence; rows that a promise compares run close together. Compare only rows of
 * one run. On another machine, or at another time, all of them differ.
 */
public final class Benchmarks {

  private static final String ALL = ".*";

  // Read at the start, because a run under load restricts itself to one processor.
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private Benchmarks() {}

  /**
   * Runs all suites, or those that the second argument names.
   *
   * @param args {@code short}, {@code long} or {@code smoke}; then a regular expression for the
   *     names of suites and benchmarks
   */
  public static void main(String[] args) throws RunnerException {
    Effort effort = effort(args);
    String only = only(args);
    long startedAt = System.nanoTime();
    Suites suites = new Suites(effort, only);
    runAll(suites);
    List<Heap> heaps = "Footprint".matches(".*(" + only + ").*") ? Footprint.measure() : List.of();
    List<Row> rows = suites.rows();
    keep(
        effort,
        only,
        "latest.md",
        Report.of(
            machine(effort, startedAt),
            Verdicts.of(rows, heaps),
            rows,
            heaps,
            List.of(),
            Peers::difference));
  }

  static Effort effort(String[] args) {
    return Effort.valueOf((args.length < 1 ? "short" : args[0]).toUpperCase(Locale.ROOT));
  }

  static String only(String[] args) {
    return args.length < 2 ? ALL : args[1];
  }

  /** Writes and prints a report. Only a complete run replaces the committed report. */
  static void keep(Effort effort, String only, String name, String report) {
    String folder = effort == Effort.SMOKE || !only.equals(ALL) ? "target" : "results";
    Path file = Path.of(folder, name);
    write(file, report);
    System.out.println(report);
    System.out.println("written to benchmarks/" + file);
  }

  private static void runAll(Suites suites) throws RunnerException {
    suites.run("SingleLimiter", 1, "floor|flowShield|.*Admits");
    suites.run("Contended", 2, "floor|flowShield|bucket4jAdmits");
    suites.run("KeyedLimiter", 1, "floor|flowShieldAdmits|bucket4jInCaffeine");
    suites.run("KeyedLimiter", 2, "flowShieldAdmits");
    for (int threads = 1; threads <= 2; threads++) {
      suites.run("OverloadGate", threads, "floor|flowShield|gradient2");
    }
    suites.run("Shield", 1, "flowShield(Admits|RejectsThree)");
    suites.run("HttpShield", 1, "httpShieldAdmits");
  }

  static List<String> machine(Effort effort, long startedAt) {
    String collectors = ManagementFactory.getGarbageCollectorMXBeans().stream()
        .map(GarbageCollectorMXBean::getName)
        .collect(Collectors.joining(", "));
    return List.of(
        "date: " + LocalDate.now(Clock.systemUTC()),
        "JDK: " + System.getProperty("java.vm.name") + " " + Runtime.version() + ", " + collectors,
        "machine: " + CORES + " cores, " + System.getProperty("os.arch"),
        "run: " + effort.name().toLowerCase(Locale.ROOT) + ", "
            + (System.nanoTime() - startedAt) / 1_000_000_000 + " s");
  }

  private static void write(Path file, String report) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, report);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}

package dev.flowshield.benchmarks;

import dev.flowshield.benchmarks.report.Heap;
import dev.flowshield.benchmarks.report.Report;
import dev.flowshield.benchmarks.report.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every suite, holds the rows to what is promised and writes all of it to
 * {@code results/latest.md}.
 *
 * <p>Suites go one after the other, what a promise compares close together. Compare rows of one run
 * only; on another machine, or at another hour, all of them differ.
 */
public final class Benchmarks {

  private static final String ALL = ".*";
  private static final String BYTES = "gc.alloc.rate.norm";

  private final Effort effort;
  private final String only;
  private final List<Row> rows = new ArrayList<>();

  private Benchmarks(Effort effort, String only) {
    this.effort = effort;
    this.only = only;
  }

  /**
   * Runs all; or only what the second argument says.
   *
   * @param args {@code short}, {@code long} or {@code smoke}; then a regular expression for the
   *     names of suites and benchmarks
   */
  public static void main(String[] args) throws RunnerException {
    Effort effort = Effort.valueOf((args.length < 1 ? "short" : args[0]).toUpperCase(Locale.ROOT));
    String only = args.length < 2 ? ALL : args[1];
    long startedAt = System.nanoTime();
    Benchmarks benchmarks = new Benchmarks(effort, only);
    benchmarks.runAll();
    List<Heap> heaps = "Footprint".matches(".*(" + only + ").*") ? Footprint.measure() : List.of();
    long seconds = (System.nanoTime() - startedAt) / 1_000_000_000;
    String report = Report.of(machine(effort, seconds), benchmarks.rows, heaps, Peers::difference);
    // Only a whole run may become the one that is kept.
    Path file = effort == Effort.SMOKE || !only.equals(ALL)
        ? Path.of("target", "latest.md")
        : Path.of("results", "latest.md");
    write(file, report);
    System.out.println(report);
    System.out.println("written to benchmarks/" + file);
  }

  private void runAll() throws RunnerException {
    run("SingleLimiter", 1, "floor|flowShield|.*Admits");
    run("Contended", 2, "floor|flowShield|bucket4jAdmits");
    run("KeyedLimiter", 1, "floor|flowShieldAdmits|bucket4jInCaffeine");
    run("KeyedLimiter", 2, "flowShieldAdmits");
    for (int threads = 1; threads <= 2; threads++) {
      run("OverloadGate", threads, "floor|flowShield|gradient2");
    }
    run("Shield", 1, "flowShield(Admits|RejectsThree)");
    run("HttpShield", 1, "httpShieldAdmits");
  }

  /** Runs a suite: first what promises rest on, then the rest. */
  private void run(String suite, int threads, String promised) throws RunnerException {
    run(suite, threads, "(?=" + promised + ")", true);
    run(suite, threads, "(?!" + promised + ")", false);
  }

  private void run(String suite, int threads, String names, boolean promised)
      throws RunnerException {
    ChainedOptionsBuilder options = new OptionsBuilder()
        .include("^(?=.*(" + only + ")).*\\." + suite + "Benchmark\\." + names)
        .threads(threads)
        // Without it, rows that allocate pay for each page of the heap that they are first to use.
        .jvmArgs("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch")
        .addProfiler(GCProfiler.class)
        .addProfiler(CpuProfiler.class)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    effort.setUp(options, promised);
    try {
      new Runner(options.build()).run().forEach(result -> add(suite, result));
    } catch (NoBenchmarksException nothingOfThisKind) {
      // only others were asked for, or there are no others
    }
  }

  private void add(String suite, RunResult result) {
    Row row = row(suite, result);
    rows.add(row);
    System.out.printf(
        Locale.ROOT,
        "%-14s %-28s %9s %5s %d %10.1f ns %8.1f B %6.2f cores%n",
        row.suite(),
        row.name(),
        row.clients() == 0 ? "" : row.clients(),
        row.keys(),
        row.threads(),
        row.nanos(),
        row.bytes(),
        row.cores());
  }

  private static Row row(String suite, RunResult result) {
    BenchmarkParams params = result.getParams();
    Collection<IterationResult> all = result.getBenchmarkResults().stream()
        .flatMap(fork -> fork.getIterationResults().stream())
        .toList();
    Collection<IterationResult> undisturbed = all.stream()
        .filter(iteration -> secondary(iteration, CpuProfiler.CORES) >= Row.ENOUGH)
        .toList();
    Collection<IterationResult> kept = undisturbed.isEmpty() ? all : undisturbed;
    double[] nanos = kept.stream()
        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
        .sorted()
        .toArray();
    String clients = params.getParam("clients");
    String keys = params.getParam("keys");
    return new Row(
        suite,
        params.getBenchmark().replaceFirst(".*\\.", ""),
        clients == null ? 0 : Integer.parseInt(clients),
        keys == null ? "" : keys,
        params.getThreads(),
        median(
            nanos), // whatever disturbs an iteration makes it slower, so a mean would tell of that
        (nanos[nanos.length - 1] - nanos[0]) / 2,
        mean(kept, BYTES),
        mean(kept, CpuProfiler.CORES),
        mean(kept, CpuProfiler.PROCESS_CORES),
        kept.size(),
        all.size());
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double mean(Collection<IterationResult> iterations, String name) {
    return iterations.stream()
        .mapToDouble(iteration -> secondary(iteration, name))
        .average()
        .orElse(Double.NaN);
  }

  private static double secondary(IterationResult iteration, String name) {
    Result<?> result = iteration.getSecondaryResults().get(name);
    return result == null ? Double.NaN : result.getScore();
  }

  private static List<String> machine(Effort effort, long seconds) {
    String collectors = ManagementFactory.getGarbageCollectorMXBeans().stream()
        .map(GarbageCollectorMXBean::getName)
        .collect(Collectors.joining(", "));
    return List.of(
        "date: " + LocalDate.now(Clock.systemUTC()),
        "JDK: " + System.getProperty("java.vm.name") + " " + Runtime.version() + ", " + collectors,
        "machine: " + Runtime.getRuntime().availableProcessors() + " cores, "
            + System.getProperty("os.arch"),
        "run: " + effort.name().toLowerCase(Locale.ROOT) + ", " + seconds + " s");
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

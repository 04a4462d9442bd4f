package dev.flowshield.benchmarks;

import dev.flowshield.benchmarks.report.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
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

/** A runner of JMH suites with equal settings, which creates a row for each result. */
final class Suites {

  private static final String BYTES = "gc.alloc.rate.norm";

  // With fewer, the compiler still uses a core while that suite is measured.
  private static final int WARM_UPS_OF_MUCH_CODE = 7;

  private final Effort effort;
  private final String only;
  private final List<Row> rows = new ArrayList<>();

  Suites(Effort effort, String only) {
    this.effort = effort;
    this.only = only;
  }

  /** Returns the rows measured so far. */
  List<Row> rows() {
    return rows;
  }

  /** Runs a suite: first the rows behind promises, then the others. */
  void run(String suite, int threads, String promised) throws RunnerException {
    run(suite, threads, "(?=" + promised + ")", true);
    run(suite, threads, "(?!" + promised + ")", false);
  }

  private void run(String suite, int threads, String names, boolean promised)
      throws RunnerException {
    ChainedOptionsBuilder options = new OptionsBuilder()
        .include("^(?=.*(" + only + ")).*\\." + suite + "Benchmark\\." + names)
        .threads(threads)
        // Otherwise, rows that allocate pay for the first use of each page of the heap.
        .jvmArgs("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch")
        .addProfiler(GCProfiler.class)
        .addProfiler(CpuProfiler.class)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    effort.setUp(options, promised);
    if (suite.equals("HttpPath")) {
      options.warmupIterations(WARM_UPS_OF_MUCH_CODE);
    }
    try {
      new Runner(options.build()).run().forEach(result -> add(suite, result));
    } catch (NoBenchmarksException nothingOfThisKind) {
      // only others were requested, or there are no others
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
        median(nanos), // disturbances only slow an iteration down, so a mean would include them
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
}

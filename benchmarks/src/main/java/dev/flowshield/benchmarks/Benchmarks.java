package dev.flowshield.benchmarks;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs every benchmark in a short form, about four minutes, and prints a row for each: nanoseconds and bytes an operation. Compare rows
 * of one run only; on another machine, or at another hour, all of them differ.
 */
public final class Benchmarks {

  private Benchmarks() {}

  /** Runs all, or those whose name matches the first argument. */
  public static void main(String[] args) throws RunnerException {
    Options options = new OptionsBuilder()
        .include(args.length == 0 ? "dev.flowshield.benchmarks" : args[0])
        .forks(2)
        .warmupIterations(3)
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations(5)
        .measurementTime(TimeValue.seconds(1))
        .addProfiler(GCProfiler.class)
        .build();
    Collection<RunResult> results = new Runner(options).run();
    System.out.printf(Locale.ROOT, "%n%-58s %10s %8s %10s%n", "benchmark", "ns", "+-", "bytes");
    results.forEach(Benchmarks::print);
    Footprint.main(args);
  }

  private static void print(RunResult result) {
    String name = result.getParams().getBenchmark().replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1");
    String clients = result.getParams().getParam("clients");
    Result<?> time = result.getPrimaryResult();
    Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
    System.out.printf(
        Locale.ROOT,
        "%-58s %10.1f %8.1f %10.1f%n",
        clients == null ? name : name + " " + clients,
        time.getScore(),
        time.getScoreError(),
        bytes == null ? Double.NaN : bytes.getScore());
  }
}

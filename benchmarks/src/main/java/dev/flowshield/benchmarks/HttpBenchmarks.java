package dev.flowshield.benchmarks;

import dev.flowshield.benchmarks.load.LoadRun;
import dev.flowshield.benchmarks.report.HttpVerdicts;
import dev.flowshield.benchmarks.report.Load;
import dev.flowshield.benchmarks.report.Report;
import java.io.IOException;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/**
 * A program that measures the cost of protection over HTTP: within the process, request by request,
 * and on real servers under load and in a flood. Writes the report to {@code results/http.md}.
 */
public final class HttpBenchmarks {

  private HttpBenchmarks() {}

  /**
   * Runs all benchmarks, or those that the second argument names.
   *
   * @param args {@code short}, {@code long} or {@code smoke}; then a regular expression for names
   *     such as {@code HttpPath}, {@code Load.Tomcat} and {@code Flood}
   */
  public static void main(String[] args) throws RunnerException, IOException {
    Effort effort = Benchmarks.effort(args);
    String only = Benchmarks.only(args);
    long startedAt = System.nanoTime();
    Suites suites = new Suites(effort, only);
    suites.run("HttpPath", 1, "floor|flowShield|bucket4j");
    List<Load> loads = loadRun(effort).runAll(only);
    String report = Report.of(
        Benchmarks.machine(effort, startedAt),
        HttpVerdicts.of(suites.rows(), loads),
        suites.rows(),
        List.of(),
        loads,
        Peers::difference);
    Benchmarks.keep(effort, only, "http.md", report);
  }

  private static LoadRun loadRun(Effort effort) {
    return switch (effort) {
      case SMOKE -> new LoadRun(300, 2, 100);
      case SHORT -> new LoadRun(8000, 9, 450);
      case LONG -> new LoadRun(10_000, 40, 2000);
    };
  }
}

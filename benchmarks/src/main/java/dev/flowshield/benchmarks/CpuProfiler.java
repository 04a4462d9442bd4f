package dev.flowshield.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * A profiler of the share of a core that the benchmark threads and the process had in each
 * iteration. It detects other processes, which times do not show.
 */
public final class CpuProfiler implements InternalProfiler {

  /** The cores of each thread, 0 to 1. */
  static final String CORES = "cores";
  /** The cores of the process, including its compiler and its collector. */
  static final String PROCESS_CORES = "processCores";

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final OperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private long startedAt;
  private long threadsBefore;
  private long processBefore;

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    threadsBefore = ofThreads();
    processBefore = process.getProcessCpuTime();
    startedAt = System.nanoTime();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double wall = System.nanoTime() - startedAt;
    double all = (process.getProcessCpuTime() - processBefore) / wall;
    double each = (ofThreads() - threadsBefore) / wall / benchmark.getThreads();
    return List.of(
        new ScalarResult(CORES, each, "cores", AggregationPolicy.AVG),
        new ScalarResult(PROCESS_CORES, all, "cores", AggregationPolicy.AVG));
  }

  private long ofThreads() {
    long sum = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().contains("-jmh-worker-")) {
        sum += threads.getThreadCpuTime(thread.getThreadId());
      }
    }
    return sum;
  }

  @Override
  public String getDescription() {
    return "how much of a core the threads had";
  }
}

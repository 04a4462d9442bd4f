package dev.flowshield.benchmarks;

import org.openjdk.jmh.annotations.Threads;

/**
 * Measures a single limiter used by two threads, with the benchmarks of {@link
 * SingleLimiterBenchmark}.
 */
@Threads(2)
public class ContendedBenchmark extends SingleLimiterBenchmark {}

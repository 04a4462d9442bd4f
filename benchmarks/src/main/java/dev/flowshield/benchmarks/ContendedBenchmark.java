package dev.flowshield.benchmarks;

import org.openjdk.jmh.annotations.Threads;

/**
 * What does one hot allowance cost when two threads ask for it at once? The rows of
 * {@link SingleLimiterBenchmark} once more.
 */
@Threads(2)
public class ContendedBenchmark extends SingleLimiterBenchmark {}

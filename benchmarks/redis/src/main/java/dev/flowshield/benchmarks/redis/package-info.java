/**
 * A benchmark of shared limits and other libraries, on one Redis server. Start with {@link
 * dev.flowshield.benchmarks.redis.RedisBenchmarks}; {@code Contenders} has the libraries. The cost
 * of a limit within one process is measured in {@code dev.flowshield.benchmarks}.
 */
@NullMarked
package dev.flowshield.benchmarks.redis;

import org.jspecify.annotations.NullMarked;

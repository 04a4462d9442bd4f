/**
 * Shared limits beside those of others, on one Redis server. Start with
 * {@link dev.flowshield.benchmarks.redis.RedisBenchmarks}; who takes part is in {@code Contenders}.
 * What a limit costs in one process is not here but in {@code dev.flowshield.benchmarks}.
 */
@NullMarked
package dev.flowshield.benchmarks.redis;

import org.jspecify.annotations.NullMarked;

package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import java.util.List;

/**
 * What one limit of a shield has done and how full its memory is.
 *
 * @param name its name
 * @param limits how much it admits, now
 * @param shadow whether it only counts what it would refuse
 * @param refused work refused because of it, where it was the one that takes longest; of a shadow limit, work that it would have refused
 *     although no other limit did
 * @param tracked keys that have a place; those included whose allowance is full again and whose place nobody needed since; 0 if the limit is
 *     for all together, or kept by somebody else's limiter
 * @param capacity places once its table is fully grown
 * @param overflowed how often a key was admitted from an allowance that it shares, since the table was full
 */
public record LimitStats(
    String name,
    List<RateLimit> limits,
    boolean shadow,
    long refused,
    long tracked,
    long capacity,
    long overflowed) {

  /** Keeps a copy of the list. */
  public LimitStats {
    limits = List.copyOf(limits);
  }
}

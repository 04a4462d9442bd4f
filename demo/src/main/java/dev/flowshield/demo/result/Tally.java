package dev.flowshield.demo.result;

import java.util.EnumMap;
import java.util.Map;

/**
 * How many requests had which outcome. Each is counted once, so the outcomes add up to what was
 * offered.
 */
public final class Tally {

  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
  private int offered;

  void add(Outcome outcome) {
    counts.merge(outcome, 1, Integer::sum);
    offered++;
  }

  /** How many requests were due. */
  public int offered() {
    return offered;
  }

  /** How many of them had an outcome. */
  public int of(Outcome outcome) {
    return counts.getOrDefault(outcome, 0);
  }

  /** The part of them that was served in time, 0 to 1; of nothing, all. */
  public double inTimeShare() {
    return offered == 0 ? 1 : (double) of(Outcome.IN_TIME) / offered;
  }
}

package dev.flowshield.demo.result;

import java.util.EnumMap;
import java.util.Map;

/**
 * The number of requests with each outcome. Each request is counted once, so the outcomes add up to
 * the offered requests.
 */
public final class Tally {

  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
  private int offered;

  void add(Outcome outcome) {
    counts.merge(outcome, 1, Integer::sum);
    offered++;
  }

  /** Returns the number of requests due. */
  public int offered() {
    return offered;
  }

  /** Returns the number of requests with an outcome. */
  public int of(Outcome outcome) {
    return counts.getOrDefault(outcome, 0);
  }

  /** Returns the share that was served in time, 0 to 1; 1 without requests. */
  public double inTimeShare() {
    return offered == 0 ? 1 : (double) of(Outcome.IN_TIME) / offered;
  }
}

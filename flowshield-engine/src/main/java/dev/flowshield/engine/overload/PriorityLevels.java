package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import java.util.Arrays;

/**
 * The caps of the levels. A level is the criticality of a request and, within that, its rank for
 * its client: see {@link ClientRates}. A higher level is rejected later.
 *
 * <p>All levels share the limit. A level keeps headroom for bursts of the levels above: about the
 * square root of their load, and nothing if they are idle.
 *
 * <p>Confined to the thread that closes windows, except for {@link #of}.
 */
final class PriorityLevels {

  /** The number of levels. */
  static final int COUNT = 9;

  /** The levels of one criticality. */
  static final int OF_EACH = 3;

  private static final double FOLLOWING = 0.3;
  private static final double MOST_FREE = 0.5; // of the limit
  private static final double FOR_CHANCE = 3;
  private static final double USED_BY_NONE = 0.6;
  private static final double MOST_SLOWDOWN = 2;

  private final double[] offered = new double[COUNT]; // in flight if all were admitted; averaged

  /** Returns the level of a request, from 0, the lowest. */
  static int of(Criticality criticality, int toItsClient) {
    return lowest(criticality) + toItsClient;
  }

  /** Returns the lowest level of requests of a criticality. */
  static int lowest(Criticality criticality) {
    return switch (criticality) {
      case SHEDDABLE -> 0;
      case DEFAULT -> OF_EACH;
      case CRITICAL -> 2 * OF_EACH;
    };
  }

  /** Returns caps that give all levels the whole limit. */
  static int[] alike(int limit) {
    int[] caps = new int[COUNT];
    Arrays.fill(caps, limit);
    return caps;
  }

  /** Returns half of the caps, except for the most critical level. */
  static int[] halved(int[] caps) {
    int[] halved = caps.clone();
    for (int level = 0; level < lowest(Criticality.CRITICAL); level++) {
      halved[level] = (caps[level] + 1) / 2;
    }
    return halved;
  }

  /** Returns the cap of each level, after a window. */
  int[] caps(Window window, LevelDemand demand, double baseline, int limit) {
    double latency = Math.min(window.latency(), MOST_SLOWDOWN * baseline) / window.ticks();
    double[] free = new double[COUNT];
    double above = 0;
    for (int level = COUNT - 1; level >= 0; level--) {
      free[level] = above == 0 ? 0 : Math.min(MOST_FREE * limit, FOR_CHANCE * Math.sqrt(above) + 1);
      offered[level] += FOLLOWING * (demand.attempts(level) * latency - offered[level]);
      above += offered[level];
    }
    double more = usedByNone(demand, latency, free);
    int[] caps = new int[COUNT];
    for (int level = 0; level < COUNT; level++) {
      caps[level] = (int) Math.max(1, Math.ceil(limit + more - free[level]));
    }
    return caps;
  }

  /**
   * Returns the slots that are left free. They are not in flight most of the time, so the limit may
   * be higher by that number.
   */
  private static double usedByNone(LevelDemand demand, double latency, double[] free) {
    double most = 0;
    double admitted = 0;
    for (int level = 0; level < COUNT; level++) {
      admitted += demand.admitted(level) * latency;
      most = Math.max(most, Math.min(USED_BY_NONE * free[level], admitted));
    }
    return most;
  }
}

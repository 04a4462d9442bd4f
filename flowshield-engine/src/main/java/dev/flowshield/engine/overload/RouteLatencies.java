package dev.flowshield.engine.overload;

/**
 * The latency of each route in relation to the mean of all, so that more work of a slow route is
 * not mistaken for slower work. Only ratios are learned.
 *
 * <p>{@link #weight} and {@link #latency} are thread-safe; all else is confined to the thread that
 * holds the gate's lock.
 */
final class RouteLatencies {

  /** The number of routes. */
  static final int COUNT = 64;

  /** The weight of a route of which work takes as long as the mean. */
  static final long ONE = 1 << 10;

  private static final double LEARNING = 300;
  private static final long FEWEST = 8;
  private static final double LEAST = 1.0 / 1024;
  private static final double MOST = 1024;

  private final double[] weights = new double[COUNT]; // 0 while unknown
  private final long[] counts = new long[COUNT]; // until the last learning
  private final long[] latencies = new long[COUNT];
  private volatile long[] published = new long[2 * COUNT]; // weights, then latencies

  /** Returns the weight of a route, in {@link #ONE}; 0 while it is not known. */
  long weight(int route) {
    return published[route];
  }

  /** Returns the latency of work of a route that waits for nothing, in ticks. */
  long latency(int route) {
    return published[COUNT + route];
  }

  /**
   * Begins, where nothing is known: the work that has ended so far weighs one in the mean.
   *
   * @return the mean latency; 0 if too little has ended
   */
  double begin(WindowCounters sums) {
    double count = 0;
    double ticks = 0;
    for (int route = 0; route < COUNT; route++) {
      count += sums.ofRoute(route) - counts[route];
      ticks += sums.latenciesOfRoute(route) - latencies[route];
    }
    if (count < FEWEST) {
      return 0;
    }
    double mean = Math.max(1, ticks / count);
    learn(sums, mean, false, 1);
    return mean;
  }

  /** Work that has ended so far does not count. */
  void skip(WindowCounters sums) {
    for (int route = 0; route < COUNT; route++) {
      counts[route] = sums.ofRoute(route);
      latencies[route] = sums.latenciesOfRoute(route);
    }
  }

  /**
   * Learns from the work that has ended since the last time.
   *
   * @param latency the latency of work of weight one that waits for nothing, in ticks
   * @param isQuiet whether work has not waited
   */
  void learn(WindowCounters sums, double latency, boolean isQuiet) {
    learn(sums, latency, isQuiet, FEWEST);
  }

  private void learn(WindowCounters sums, double latency, boolean isQuiet, long fewest) {
    double allBefore = 0;
    double all = 0;
    double[] next = weights.clone();
    for (int route = 0; route < COUNT; route++) {
      long count = Math.max(0, sums.ofRoute(route) - counts[route]);
      if (count < (weights[route] == 0 ? fewest : 1)) {
        continue;
      }
      long ticks = Math.max(0, sums.latenciesOfRoute(route) - latencies[route]);
      counts[route] += count;
      latencies[route] += ticks;
      double found = bounded((double) ticks / count / latency);
      if (weights[route] == 0) {
        next[route] = found;
      } else if (isQuiet) {
        next[route] += Math.min(0.5, count / LEARNING) * (found - next[route]);
        allBefore += count * weights[route];
        all += count * next[route];
      }
    }
    double scale = all > 0 ? allBefore / all : 1;
    long[] toPublish = new long[2 * COUNT];
    for (int route = 0; route < COUNT; route++) {
      weights[route] = weights[route] == 0 ? next[route] : bounded(next[route] * scale);
      if (weights[route] > 0) {
        toPublish[route] = Math.max(1, Math.round(weights[route] * ONE));
        toPublish[COUNT + route] = Math.round(weights[route] * latency);
      }
    }
    published = toPublish;
  }

  private static double bounded(double weight) {
    return Math.max(LEAST, Math.min(MOST, weight));
  }
}

package dev.flowshield.checks.soak;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;

/** The heap that is left after a collection, and whether it stays flat. */
final class Heap {

  private static final int WARM_UP = 2; // samples
  private static final int LEAST = 6; // samples after it, for three thirds
  private static final double MOST_GROWTH = 1.1;
  private static final long SLACK = 3L << 20; // bytes, of what comes and goes

  private static final int COLLECTIONS = 3; // what the first one finalizes, the next ones collect

  private Heap() {}

  /** Collects the garbage, and returns the bytes that are left. */
  static long usedAfterCollection() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    for (int i = 0; i < COLLECTIONS; i++) {
      memory.gc();
    }
    return memory.getHeapMemoryUsage().getUsed();
  }

  /**
   * What is wrong with a series of samples, in bytes: that the median of the last third is more
   * than a tenth and a few megabytes above that of the first. Nothing, if it is flat, or too short
   * to tell.
   */
  static List<String> faults(List<Long> samples) {
    if (samples.size() < WARM_UP + LEAST) {
      return List.of();
    }
    List<Long> warm = samples.subList(WARM_UP, samples.size());
    int third = warm.size() / 3;
    long first = median(warm.subList(0, third));
    long last = median(warm.subList(warm.size() - third, warm.size()));
    long most = (long) (first * MOST_GROWTH) + SLACK;
    return last <= most
        ? List.of()
        : List.of("heap after a collection must stay below " + most
            + " bytes, a tenth and 3 MB above the first third, got " + last + " in the last");
  }

  private static long median(List<Long> samples) {
    return samples.stream().sorted().toList().get(samples.size() / 2);
  }
}

package dev.flowshield.engine.overload;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How busy the process keeps its processors, and how much of them a request takes.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
public final class Processors {

  private static final double BUSY = 0.9; // of all of them
  private static final long SAMPLE_NANOS = 100_000_000; // of all together, as a JDK counts by 10 ms
  private static final long SHORTEST_NANOS = 50_000_000;
  private static final double STEP_NANOS = 10e6; // by which a JDK counts
  private static final double AT_ONCE_NANOS = 0.25e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private static final double HALF_LIFE_NANOS = 5e9;
  private static final double FEWEST_ENDS = 8;
  private static final double LEAST_USED_NANOS = 50e6;
  private static final double MUCH_LESS = 0.5;

  private final LongSupplier used;
  private final int count;
  private final boolean areSeen;
  private final long sampleNanos;

  private boolean isSampled;
  private long sampledFrom;
  private long sampledAt;
  private long usedUntil;
  private long endedUntil;
  private double load;
  private double usedByWork; // the later, the more weight
  private double ended;

  /**
   * Looks at what these say, at most every 50 ms.
   *
   * @param used for how long the process has used processors until now, in nanoseconds, summed up
   *     over all of them
   * @param count of the processors that it may use
   */
  public Processors(LongSupplier used, int count) {
    this(used, count, true);
  }

  private Processors(LongSupplier used, int count, boolean areSeen) {
    this.used = used;
    this.count = count;
    this.areSeen = areSeen;
    this.sampleNanos = Math.max(SHORTEST_NANOS, SAMPLE_NANOS / count);
  }

  /** Those of which nothing is seen, and which are never busy. */
  public static Processors unseen() {
    return new Processors(() -> 0, 1, false);
  }

  /** Whether anything is seen of them. */
  boolean areSeen() {
    return areSeen;
  }

  int count() {
    return count;
  }

  /** Whether it is time to look. */
  boolean isToLook(long now) {
    return areSeen && !(isSampled && now - sampledAt < sampleNanos);
  }

  /**
   * Looks.
   *
   * @param endedUntilNow the work that has ended until now
   * @param isUsual whether nothing is going on, so that what a request takes can be learned
   */
  void look(long endedUntilNow, boolean isUsual, long now) {
    long usedUntilNow = used.getAsLong();
    if (isSampled) {
      double nanos = now - sampledAt;
      double usedSince = usedUntilNow - usedUntil;
      double endedSince = endedUntilNow - endedUntil;
      load = usedSince / nanos / count;
      boolean isMuchLess = isCostKnown()
          && endedSince >= FEWEST_ENDS
          && (usedSince + STEP_NANOS) / endedSince < MUCH_LESS * cost();
      if (isMuchLess) {
        usedByWork = 0;
        ended = 0;
      }
      if (isUsual || isMuchLess) {
        double kept = Math.pow(0.5, nanos / HALF_LIFE_NANOS);
        usedByWork = kept * usedByWork + usedSince;
        ended = kept * ended + endedSince;
      }
    }
    isSampled = true;
    sampledFrom = sampledAt;
    sampledAt = now;
    usedUntil = usedUntilNow;
    endedUntil = endedUntilNow;
  }

  /** Whether nearly all of them were used, when they were looked at last. */
  boolean areBusy() {
    return load >= BUSY;
  }

  /** Whether they were, in a time that began after an instant. */
  boolean areBusySince(long instant) {
    return areBusy() && isSampleSince(instant);
  }

  /** Whether they were looked at over a time that began after an instant. */
  boolean isSampleSince(long instant) {
    return sampledFrom - instant >= 0;
  }

  /** Returns how much of them was used, when they were looked at last. */
  String use() {
    return String.format(
        Locale.ROOT,
        "%.0f %% of %d used for %.0f ms",
        100 * load,
        count,
        (sampledAt - sampledFrom) / NANOS_PER_MILLI);
  }

  /** Whether it is known what a request takes. */
  boolean isCostKnown() {
    return usedByWork >= LEAST_USED_NANOS && ended >= FEWEST_ENDS;
  }

  private double cost() {
    return usedByWork / ended;
  }

  /** The requests that they can work off in a quarter of a second. */
  double atOnce() {
    return AT_ONCE_NANOS * count / cost();
  }

  /** The requests that they can work off in a tick. */
  double perTick() {
    return Window.NANOS_PER_TICK * count / cost();
  }
}

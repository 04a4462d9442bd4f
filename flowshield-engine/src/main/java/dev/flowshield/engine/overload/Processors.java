package dev.flowshield.engine.overload;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The use of the processors by the process, and the cost of a request.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
public final class Processors {

  private static final double BUSY = 0.9; // of all of them
  private static final double IN_USE = 0.7;
  private static final double IDLE = 0.35;
  private static final long SAMPLE_NANOS = 100_000_000; // of all together, as a JDK counts by 10 ms
  private static final long SHORTEST_NANOS = 25_000_000;
  private static final double AT_ONCE_NANOS = 0.25e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final LongSupplier used;
  private final int count;
  private final boolean areSeen;
  private final long sampleNanos;
  private final RequestCost cost;

  private boolean isSampled;
  private long sampledFrom;
  private long sampledAt;
  private long usedUntil;
  private double load;
  private long markedAt;
  private long usedUntilMark;

  /**
   * Reads the sources, every 25 to 100 ms at most.
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
    this.cost = new RequestCost(count);
    this.sampleNanos = Math.max(SHORTEST_NANOS, SAMPLE_NANOS / count);
  }

  /** Returns processors of which nothing is seen, and which are never busy. */
  public static Processors unseen() {
    return new Processors(() -> 0, 1, false);
  }

  /** Returns whether anything is seen of them. */
  boolean areSeen() {
    return areSeen;
  }

  int count() {
    return count;
  }

  /** Returns whether it is time to look. */
  boolean isToLook(long now) {
    return areSeen && !(isSampled && now - sampledAt < sampleNanos);
  }

  /** Returns whether half of that time has passed. */
  boolean isToLookEarly(long now) {
    return isSampled && now - sampledAt >= sampleNanos / 2;
  }

  /**
   * Looks.
   *
   * @param ended the work that has ended until now
   * @param isUsual whether nothing is going on, so that the cost of a request can be learned
   * @param latency the latency of work that waits for nothing, in ticks
   */
  void look(long ended, boolean isUsual, double latency, long now) {
    long usedUntilNow = used.getAsLong();
    if (isSampled) {
      load = (double) (usedUntilNow - usedUntil) / (now - sampledAt) / count;
      cost.look(usedUntilNow, ended, isUsual, latency, now);
    } else {
      cost.begin(usedUntilNow, ended, now);
    }
    isSampled = true;
    sampledFrom = sampledAt;
    sampledAt = now;
    usedUntil = usedUntilNow;
  }

  /** Returns whether nearly all of them were used, when they were looked at last. */
  boolean areBusy() {
    return load >= BUSY;
  }

  /** Returns whether most of them were used then. */
  boolean areInUse() {
    return load >= IN_USE;
  }

  /** Returns whether nearly all of them were used, in a time that began after an instant. */
  boolean areBusySince(long instant) {
    return areBusy() && isSampleSince(instant);
  }

  /** Returns whether they were looked at over a time that began after an instant. */
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

  /** From the last look on, {@link #haveIdled} counts. */
  void mark() {
    markedAt = sampledAt;
    usedUntilMark = usedUntil;
  }

  /** Returns whether it is so long since the mark, at the last look. */
  boolean isMarkedFor(double nanos) {
    return sampledAt - markedAt >= nanos;
  }

  /** Returns whether hardly any of them were used, when they were looked at last. */
  boolean areIdle() {
    return load < IDLE;
  }

  /** Returns whether hardly any of them were used since the mark. */
  boolean haveIdled() {
    return usedUntil - usedUntilMark < IDLE * count * (sampledAt - markedAt);
  }

  /** Returns whether it is known the cost of a request. */
  boolean isCostKnown() {
    return cost.isKnown();
  }

  /** Returns the requests that they can work off in a quarter of a second. */
  double atOnce() {
    return AT_ONCE_NANOS * count / cost.nanos();
  }

  /** Returns the requests that they can work off in a tick. */
  double perTick() {
    return Window.NANOS_PER_TICK * count / cost.nanos();
  }
}

package dev.flowshield.engine.overload;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Keeps work in flight from filling the memory, which neither throughput nor latency shows before
 * it is too late.
 *
 * <pre>
 *   short   collections took more than 30 % of the time, and left more than 80 % of the heap
 *           in use, in two looks in a row
 *   then    an eighth of the work in flight, at least 2; an eighth of that if it is still short
 *   free    collections took less than 10 % of the time, or less than 30 % and left less than 70 %:
 *           a fifth more, if requests are rejected
 *   over    free in ten looks in a row in which next to none is rejected
 *   futile  collections left more than 80 % in three looks, when no more was in flight:
 *           not the requests hold the memory
 * </pre>
 *
 * <p>Both are required, because either is usual in good times: a large cache leaves little free,
 * and a small heap is collected all the time. If it was futile, it does not look for a minute, and
 * for twice as long each time, so that a false alarm costs little.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
public final class MemoryShortage {

  /** No cap. */
  static final int NO_CAP = Integer.MAX_VALUE;

  private static final int LEAST = 2;
  private static final int CUT = 8;
  private static final double MORE = 1.2;
  private static final long LOOK_NANOS = 500_000_000;
  private static final int CUT_LOOKS = 2;
  private static final int FUTILE_LOOKS = 3;
  private static final int OVER_LOOKS = 10;
  private static final long FIRST_REST_NANOS = 60_000_000_000L;
  private static final long LONGEST_REST_NANOS = 64 * FIRST_REST_NANOS;

  private static final double OFTEN = 0.3; // of the time
  private static final double SELDOM = 0.1;
  private static final double FULL = 0.8; // of the heap
  private static final double FREE = 0.7;

  private final DoubleSupplier used;
  private final LongSupplier collecting;

  private long dueAt;
  private long lookedAt;
  private long collectingNanos; // until then
  private double left; // in use, by the latest collection before
  private int badLooks; // in a row
  private int calmLooks; // in a row
  private int futileLooks; // those without a collection do not count
  private int most = NO_CAP;
  private long restNanos = FIRST_REST_NANOS;
  private double partAtCut;
  private double leftAtCut;

  /**
   * Reads the sources, twice a second at most.
   *
   * @param used the part of the heap that was in use after the latest collection, 0 to 1
   * @param collecting for how long collections have stopped the process until now, in nanoseconds
   * @param now a reading of the clock
   */
  public MemoryShortage(DoubleSupplier used, LongSupplier collecting, long now) {
    this.used = used;
    this.collecting = collecting;
    this.collectingNanos = collecting.getAsLong();
    this.lookedAt = now;
    this.dueAt = now + LOOK_NANOS;
  }

  /** Returns a shortage that never occurs. */
  public static MemoryShortage unseen() {
    return new MemoryShortage(() -> 0, () -> 0, 0);
  }

  /**
   * Looks, if it is time to; whether {@link #most} has changed.
   *
   * @param isPressed whether requests are rejected
   */
  boolean look(int inFlight, boolean isPressed, long now) {
    if (now - dueAt < 0) {
      return false;
    }
    dueAt = now + LOOK_NANOS;
    double part = partCollecting(now);
    double leftBefore = left;
    left = used.getAsDouble();
    int before = most;
    // The latest of many collections may have come when much work had just ended.
    boolean isBad = part > OFTEN && Math.max(left, leftBefore) > FULL;
    boolean isFree = part < SELDOM || (part < OFTEN && left < FREE);
    badLooks = isBad ? badLooks + 1 : 0;
    if (isShort()) {
      boolean mayHelp = left <= FULL || inFlight > most;
      futileLooks = mayHelp ? 0 : part > 0 ? futileLooks + 1 : futileLooks;
      calmLooks = isFree && !isPressed ? calmLooks + 1 : 0;
    }
    if (futileLooks >= FUTILE_LOOKS) {
      end();
      dueAt = now + restNanos;
      restNanos = Math.min(LONGEST_REST_NANOS, 2 * restNanos);
    } else if (isBad && badLooks % CUT_LOOKS == 0) {
      most = Math.max(LEAST, Math.min(most, inFlight) / CUT);
      partAtCut = part;
      leftAtCut = Math.max(left, leftBefore);
      futileLooks = most == before ? futileLooks : 0;
    } else if (isShort() && isFree && isPressed) {
      most = (int) Math.ceil(MORE * most); // up to NO_CAP
    } else if (calmLooks >= OVER_LOOKS) {
      end();
      restNanos = FIRST_REST_NANOS;
    }
    return most != before;
  }

  private double partCollecting(long now) {
    long nanos = collecting.getAsLong();
    double part = (double) (nanos - collectingNanos) / (now - lookedAt);
    collectingNanos = nanos;
    lookedAt = now;
    return part;
  }

  private void end() {
    most = NO_CAP;
    badLooks = 0;
    futileLooks = 0;
    calmLooks = 0;
  }

  /** Returns whether there may be no more in flight than {@link #most}. */
  boolean isShort() {
    return most != NO_CAP;
  }

  /** Returns the work that may be in flight; {@link #NO_CAP} if it is not short. */
  int most() {
    return most;
  }

  /** Returns the evidence when it was cut last. */
  String evidence() {
    return String.format(
        Locale.ROOT,
        "collections took %.0f %% of the time and left %.0f %% of the heap in use",
        100 * partAtCut,
        100 * leftAtCut);
  }

  /** Caps of the levels of a limit, as they are where it is short: nothing that can be shed. */
  int[] caps(int[] ofLimit, int limit) {
    double part = Math.min(1, (double) most / limit);
    int[] caps = Arrays.stream(ofLimit).map(cap -> (int) Math.ceil(part * cap)).toArray();
    Arrays.fill(caps, 0, PriorityLevels.OF_EACH, 0);
    return caps;
  }
}

package dev.flowshield.engine.overload;

import java.util.Locale;

/**
 * Tells whether as much work ends however much is in flight, as behind a queue, or in proportion to
 * the work in flight, as if each piece of work took its time. The ends of the first half of the
 * time and of the second are compared with both.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class Plateau {

  private static final int MARKS = 16;
  private static final long FIRST_STEP_NANOS = 1_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] times = new long[MARKS];
  private final double[] areas = new double[MARKS];
  private final double[] ends = new double[MARKS];
  private int marks;
  private long step;
  private long since;

  /** Begins. */
  void begin(long now) {
    since = now;
    marks = 0;
    step = FIRST_STEP_NANOS;
  }

  /**
   * Remembers the present state. There are always marks for the first half, however long it takes.
   *
   * @param ended the work that has ended since it began
   * @param area the work in flight since then, times how long
   */
  void mark(double ended, double area, long now) {
    if (marks > 0 && now - times[marks - 1] < step) {
      return;
    }
    if (marks == MARKS) {
      for (int i = 0; i < MARKS / 2; i++) {
        times[i] = times[2 * i];
        areas[i] = areas[2 * i];
        ends[i] = ends[2 * i];
      }
      marks = MARKS / 2;
      step *= 2;
    }
    times[marks] = now;
    areas[marks] = area;
    ends[marks] = ended;
    marks++;
  }

  /**
   * Returns how much likelier the ends are if as much ends however much is in flight: the
   * logarithm; below 0 if it is less likely.
   */
  double likelihood(double ended, double area, long now) {
    int at = middle(now);
    double byTime = (double) (times[at] - since) / (now - since);
    double byArea = areas[at] / area;
    double first = ends[at];
    double second = ended - first;
    return first * Math.log(byTime / byArea) + second * Math.log((1 - byTime) / (1 - byArea));
  }

  /** Returns the work in flight and the work that ended in a second, in either half. */
  String halves(double ended, double area, long now) {
    int at = middle(now);
    return half(areas[at], ends[at], times[at] - since)
        + ", "
        + half(area - areas[at], ended - ends[at], now - times[at]);
  }

  private static String half(double area, double ended, long nanos) {
    return String.format(
        Locale.ROOT,
        "%.0f in flight did %.0f/s",
        area * Window.NANOS_PER_TICK / nanos,
        ended * NANOS_PER_SECOND / nanos);
  }

  private int middle(long now) {
    long half = since + (now - since) / 2;
    int at = 0;
    while (at < marks - 1 && times[at] - half < 0) {
      at++;
    }
    return at;
  }
}

package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * Intervals of time, queried in order of time. Not thread-safe.
 *
 * <p>They must be in order and must not overlap.
 */
final class Intervals {

  private static final double SECOND = Span.SECOND;
  private static final double MILLISECOND = Span.MILLISECOND;

  private final List<Span> spans;
  private int next;

  Intervals(List<Span> spans) {
    this.spans = spans;
  }

  /** Returns intervals of 50 to 300 ms every 5 to 10 s. */
  static List<Span> random(RandomStream random, long end) {
    List<Span> all = new ArrayList<>();
    long from = 0;
    while (true) {
      from += (long) random.between(5 * SECOND, 10 * SECOND);
      long to = from + (long) random.between(50 * MILLISECOND, 300 * MILLISECOND);
      if (to >= end) {
        return all;
      }
      all.add(new Span(from, to));
      from = to;
    }
  }

  /** Returns the end of the interval that contains an instant; otherwise the instant itself. */
  long endAt(long now) {
    pass(now);
    return next < spans.size() && spans.get(next).from() <= now
        ? spans.get(next).to()
        : now;
  }

  boolean contain(long now) {
    return endAt(now) > now;
  }

  /**
   * Returns the end of an action that begins now, takes the given length, and stops during each
   * interval.
   */
  long endOf(long now, long length) {
    pass(now);
    long end = now + length;
    for (int i = next; i < spans.size() && spans.get(i).from() < end; i++) {
      end += spans.get(i).to() - Math.max(now, spans.get(i).from());
    }
    return end;
  }

  private void pass(long now) {
    while (next < spans.size() && spans.get(next).to() <= now) {
      next++;
    }
  }
}

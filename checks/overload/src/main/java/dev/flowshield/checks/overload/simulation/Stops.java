package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Spans of time in which nothing computes. Queries must be in order of time. Not thread-safe. */
final class Stops {

  private final List<Span> spans;
  private final Intervals intervals;
  private int next;

  /** Creates stops from spans that may overlap, in any order. */
  Stops(List<Span> stops) {
    this.spans = joined(stops);
    this.intervals = new Intervals(spans);
  }

  private static List<Span> joined(List<Span> stops) {
    List<Span> all = new ArrayList<>();
    for (Span stop : stops.stream().sorted(Comparator.comparing(Span::from)).toList()) {
      int last = all.size() - 1;
      if (last >= 0 && stop.from() <= all.get(last).to()) {
        Span before = all.get(last);
        all.set(last, new Span(before.from(), Math.max(before.to(), stop.to())));
      } else {
        all.add(stop);
      }
    }
    return all;
  }

  /** Returns the end of an action that begins now and computes for the given time. */
  long endOf(long now, long length) {
    return intervals.endOf(now, length);
  }

  /** Returns the part of a time that is outside of the stops. */
  long without(long from, long to) {
    while (next < spans.size() && spans.get(next).to() <= from) {
      next++;
    }
    long left = to - from;
    for (int i = next; i < spans.size() && spans.get(i).from() < to; i++) {
      left -= Math.min(to, spans.get(i).to()) - Math.max(from, spans.get(i).from());
    }
    return left;
  }
}

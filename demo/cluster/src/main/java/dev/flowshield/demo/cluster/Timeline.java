package dev.flowshield.demo.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * The times at which the store was killed and restarted, and at which each instance did not use it.
 * Instants are nanoseconds since the start of the traffic.
 *
 * @param killed the time at which the store was killed
 * @param started the time at which it was restarted
 * @param away for each instance, the spans in which it decided by its share, in order
 * @param end the end of the traffic
 */
record Timeline(long killed, long started, List<List<Away>> away, long end) {

  static final long NEVER = Long.MAX_VALUE;

  /** A span of time; {@link #NEVER} is the end of a span that does not end. */
  record Away(long from, long to) {

    long overlap(long begin, long end) {
      return Math.max(0, Math.min(to, end) - Math.max(from, begin));
    }
  }

  Timeline {
    away = List.copyOf(away);
  }

  /**
   * Returns the times at which each instance ceased to use the killed store. An instance that
   * ceased earlier counts as ceasing at that time.
   */
  List<Long> cutOff() {
    return away.stream()
        .map(spans -> spans.stream()
            .filter(span -> span.to() > killed)
            .map(span -> Math.max(killed, span.from()))
            .findFirst()
            .orElse(NEVER))
        .toList();
  }

  /** Returns the times at which each instance used the restarted store again. */
  List<Long> back() {
    return away.stream()
        .map(spans -> spans.stream()
            .filter(span -> span.to() > started)
            .map(Away::to)
            .findFirst()
            .orElse(started))
        .toList();
  }

  /** Returns the time at which the last instance used the store again; the end if one did not. */
  long allBack() {
    return Math.min(end, back().stream().mapToLong(it -> it).max().orElse(end));
  }

  /**
   * Returns the parts of the run, with the documented promise for each.
   *
   * <pre>
   *   with the store        burst + rate * time, and for each instance that does not use it
   *                         burst / N + rate / N * time
   *   without the store     the latter, for all instances
   * </pre>
   */
  List<Span> spans(Scenario scenario) {
    List<Span> spans = new ArrayList<>();
    spans.add(withStore("with the store", 0, killed, scenario));
    spans.add(ofOneLimit("store killed", killed, started, scenario));
    spans.add(withStore("up, empty", started, allBack(), scenario));
    spans.add(withStore("all ask it again", allBack(), end, scenario));
    spans.removeIf(Span::isEmpty);
    return spans;
  }

  private Span withStore(String name, long from, long to, Scenario scenario) {
    double shares = 0;
    for (List<Away> instance : away) {
      long nanos = instance.stream().mapToLong(span -> span.overlap(from, to)).sum();
      shares += nanos == 0
          ? 0
          : (scenario.limit().burst() + scenario.rate() * (nanos / 1e9)) / scenario.instances();
    }
    Span span = ofOneLimit(name, from, to, scenario);
    return new Span(name, from, to, span.promised() + (long) shares);
  }

  /** Returns a span with one limit for all instances together. */
  static Span ofOneLimit(String name, long from, long to, Scenario scenario) {
    double seconds = Math.max(0, to - from) / 1e9;
    return new Span(name, from, to, scenario.limit().burst() + (long) (scenario.rate() * seconds));
  }
}

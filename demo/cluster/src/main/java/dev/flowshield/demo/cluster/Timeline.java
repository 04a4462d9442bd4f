package dev.flowshield.demo.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * When the store was killed and started again, and when which instance did not ask it. Instants are
 * nanoseconds since the start of the traffic.
 *
 * @param killed when the store was killed
 * @param started when it was started again
 * @param away of each instance, when it decided by its share, in turn
 * @param end of the traffic
 */
record Timeline(long killed, long started, List<List<Away>> away, long end) {

  static final long NEVER = Long.MAX_VALUE;

  /** A span of time; {@link #NEVER} is the end of one that does not end. */
  record Away(long from, long to) {

    long overlap(long begin, long end) {
      return Math.max(0, Math.min(to, end) - Math.max(from, begin));
    }
  }

  Timeline {
    away = List.copyOf(away);
  }

  /** When each instance ceased to ask the store, once it was killed; the same if it did before. */
  List<Long> cutOff() {
    return away.stream()
        .map(spans -> spans.stream()
            .filter(span -> span.to() > killed)
            .map(span -> Math.max(killed, span.from()))
            .findFirst()
            .orElse(NEVER))
        .toList();
  }

  /** When each asked it again, once it was started. */
  List<Long> back() {
    return away.stream()
        .map(spans -> spans.stream()
            .filter(span -> span.to() > started)
            .map(Away::to)
            .findFirst()
            .orElse(started))
        .toList();
  }

  /** When the last instance asked the store again; the end if one did not. */
  long allBack() {
    return Math.min(end, back().stream().mapToLong(it -> it).max().orElse(end));
  }

  /**
   * The parts of the run, with what the documentation promises for each.
   * <pre>
   *   the store is up       burst + rate * time, and for each instance that does not ask it
   *                         burst / N + rate / N * time
   *   it is not             the latter, of all instances
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

  /** One limit, of all instances together. */
  static Span ofOneLimit(String name, long from, long to, Scenario scenario) {
    double seconds = Math.max(0, to - from) / 1e9;
    return new Span(name, from, to, scenario.limit().burst() + (long) (scenario.rate() * seconds));
  }
}

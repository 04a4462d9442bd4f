package dev.flowshield.demo.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * When the store was killed and started again, and when each instance took notice. Instants are
 * nanoseconds since the start of the traffic.
 *
 * @param killed when the store was killed
 * @param started when it was started again
 * @param cutOff when each instance ceased to ask it; {@link #NEVER} if it did not
 * @param back when each asked it again; {@link #NEVER} if it did not
 * @param end of the traffic
 */
record Timeline(long killed, long started, List<Long> cutOff, List<Long> back, long end) {

  static final long NEVER = Long.MAX_VALUE;

  Timeline {
    cutOff = List.copyOf(cutOff);
    back = List.copyOf(back);
  }

  /** When the last instance asked the store again; the end if one did not. */
  long allBack() {
    return Math.min(end, back.stream().mapToLong(it -> it).max().orElse(end));
  }

  /**
   * The parts of the run, with what the documentation promises for each.
   * <pre>
   *   the store answers     burst + rate * time
   *   it does not           the share of each instance, burst / N + rate / N * time
   *   some ask it again     both: burst + rate * time, and the shares of those that do not ask yet
   *   all ask it            burst + rate * time
   * </pre>
   */
  List<Span> spans(Scenario scenario) {
    List<Span> spans = new ArrayList<>();
    spans.add(span("with the store", 0, killed, scenario));
    spans.add(span("store killed", killed, started, scenario));
    Span coming = span("up, empty", started, allBack(), scenario);
    double shares = 0;
    for (long instance : back) {
      double seconds = (Math.min(instance, allBack()) - started) / 1e9;
      shares += (scenario.limit().burst() + scenario.rate() * Math.max(0, seconds))
          / scenario.instances();
    }
    spans.add(new Span(
        coming.name(), coming.fromNanos(), coming.toNanos(), coming.promised() + (long) shares));
    spans.add(span("all ask it again", allBack(), end, scenario));
    spans.removeIf(Span::isEmpty);
    return spans;
  }

  /** One limit, of all together. */
  static Span span(String name, long from, long to, Scenario scenario) {
    double seconds = Math.max(0, to - from) / 1e9;
    return new Span(name, from, to, scenario.limit().burst() + (long) (scenario.rate() * seconds));
  }
}

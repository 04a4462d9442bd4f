package dev.flowshield.checks.overload.measure;

import dev.flowshield.checks.overload.scenario.Span;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Counters for each second of virtual time, for plots. Not thread-safe. */
final class Seconds {

  private static final double MILLISECOND = Span.MILLISECOND;

  private final long[] offered;
  private final long[] good;
  private final LogHistogram[] latencies;

  /** Creates counters up to an instant; later events are not counted. */
  Seconds(long end) {
    int count = of(end);
    offered = new long[count];
    good = new long[count];
    latencies = Stream.generate(LogHistogram::new).limit(count).toArray(LogHistogram[]::new);
  }

  private static int of(long instant) {
    return (int) (instant / Span.SECOND);
  }

  void offered(long now) {
    if (of(now) < offered.length) {
      offered[of(now)]++;
    }
  }

  void good(long now) {
    if (of(now) < good.length) {
      good[of(now)]++;
    }
  }

  void ended(long now, long latency) {
    if (of(now) < latencies.length) {
      latencies[of(now)].record(latency);
    }
  }

  List<Second> all() {
    return IntStream.range(0, offered.length)
        .mapToObj(i -> new Second(offered[i], good[i], latencies[i].quantile(.99) / MILLISECOND))
        .toList();
  }
}

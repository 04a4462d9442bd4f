package dev.flowshield.checks.overload.scenario;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The instants at which a scenario changes. */
final class Changes {

  private Changes() {}

  /** Returns the instants in order. A load on a ramp changes once per second. */
  static List<Long> of(Scenario scenario) {
    ServerModel server = scenario.server();
    Mix mix = scenario.traffic().mix();
    Stream<LongStream> all = Stream.of(
            Stream.of(
                of(scenario.traffic().load()),
                of(server.workers()),
                of(server.service()),
                of(server.pauses()),
                of(server.hangs()),
                of(server.failures())),
            mix.routes().stream().map(Changes::of),
            mix.bunches().stream().map(bunch -> LongStream.of(bunch.at())),
            mix.loops().stream().map(loop -> of(List.of(loop.span()))))
        .flatMap(each -> each);
    return all.flatMapToLong(each -> each).sorted().distinct().boxed().toList();
  }

  private static LongStream of(Route route) {
    return Stream.of(
            of(route.load()),
            of(route.waiting()),
            of(route.work()),
            of(route.dead()),
            of(route.failures()))
        .flatMapToLong(each -> each);
  }

  private static LongStream of(Load load) {
    return load.pieces().stream().flatMapToLong(piece -> {
      long last = piece.start() == piece.end() ? piece.from() : piece.to() - 1;
      return LongStream.iterate(piece.from(), at -> at <= last, at -> at + Span.SECOND);
    });
  }

  private static LongStream of(Timeline<?> timeline) {
    return timeline.changes().stream().mapToLong(Timeline.Change::from);
  }

  private static LongStream of(List<Span> spans) {
    return spans.stream().flatMapToLong(span -> LongStream.of(span.from(), span.to()));
  }
}

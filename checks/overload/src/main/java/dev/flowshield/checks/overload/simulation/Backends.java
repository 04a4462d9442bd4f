package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Route;
import dev.flowshield.checks.overload.scenario.Span;

/** What requests of routes wait for, without limit. */
final class Backends {

  private static final int WAIT = 1000;
  private static final int MORE_WAIT = 1001;

  private final Intervals hangs;

  Backends(Intervals hangs) {
    this.hangs = hangs;
  }

  /** When the wait of a request ends that begins now. The request may then be failing. */
  long endOf(Request request, Route route, long now) {
    if (route.failures().stream().anyMatch(span -> span.contains(now))) {
      request.isFailing = true;
      return now + Jobs.FAILURE;
    }
    long wait = (long) route
        .waiting()
        .at(now)
        .nanos(
            0,
            RandomStream.uniformOf(request.luck, WAIT),
            RandomStream.uniformOf(request.luck, MORE_WAIT));
    long end = hangs.endOf(now, wait);
    for (Span dead : route.dead()) {
      if (dead.contains(end)) {
        end = dead.to();
      }
    }
    if (end - now > route.timeoutNanos()) {
      request.isFailing = true;
      return now + route.timeoutNanos();
    }
    return end;
  }
}

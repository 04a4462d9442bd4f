package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Route;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import dev.flowshield.checks.overload.scenario.Span;

/** The backends of routes, for which any number of requests can wait. */
final class Backends {

  private static final int WAIT = 1000;
  private static final int MORE_WAIT = 1001;

  private final Intervals hangs;

  Backends(Intervals hangs) {
    this.hangs = hangs;
  }

  /** Returns the end of a wait that begins now, and marks the request if it then fails. */
  long endOf(Request request, Route route, long now) {
    if (route.failures().stream().anyMatch(span -> span.contains(now))) {
      request.isFailing = true;
      return now + Jobs.FAILURE;
    }
    ServiceTime time = route.waiting().at(now);
    double u = RandomStream.uniformOf(request.luck, WAIT);
    double v = RandomStream.uniformOf(request.luck, MORE_WAIT);
    long wait = (long) time.nanos(time.route(u), u, v);
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

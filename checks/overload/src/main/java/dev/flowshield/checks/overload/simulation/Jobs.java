package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Route;
import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.scenario.ServiceTime;

/** The work of requests, drawn at random. */
final class Jobs {

  /** The nanoseconds of work that fails at once. */
  static final long FAILURE = 200_000;

  private final ServerModel model;
  private final Intervals failures;

  Jobs(ServerModel model) {
    this.model = model;
    this.failures = new Intervals(model.failures());
  }

  /** Returns whether work that begins now fails. */
  boolean areFailing(long now) {
    return failures.contain(now);
  }

  /**
   * Returns the nanoseconds of the work of a request that begins now.
   *
   * @param crowd the requests without a worker, divided by the workers
   */
  double nanos(Request request, long now, double crowd) {
    Route kind = request.kind;
    double u = RandomStream.uniformOf(request.luck, Clients.WORK);
    double v = RandomStream.uniformOf(request.luck, Clients.MORE_WORK);
    double work;
    if (kind == null) {
      work = model.service().at(now).nanos(request.route, u, v);
    } else {
      ServiceTime time = kind.work().at(now);
      work = time.nanos(time.route(u), u, v);
    }
    return work * (model.warmUp().slowdown(now) * (1 + model.contention() * crowd));
  }
}

package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Route;
import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.scenario.ServiceTime;

/** How much work requests are. */
final class Jobs {

  /** What work takes that fails at once: nanoseconds. */
  static final long FAILURE = 200_000;

  private final ServerModel model;
  private final Intervals failures;

  Jobs(ServerModel model) {
    this.model = model;
    this.failures = new Intervals(model.failures());
  }

  /** Whether work that begins now fails. */
  boolean areFailing(long now) {
    return failures.contain(now);
  }

  /**
   * Nanoseconds of the work of a request, if it begins now.
   *
   * @param crowd requests for which there is no worker, for each worker
   */
  double nanos(Request request, long now, double crowd) {
    Route kind = request.kind;
    ServiceTime time = kind == null ? model.service().at(now) : kind.work().at(now);
    double work = time.nanos(
        request.route,
        RandomStream.uniformOf(request.luck, Clients.WORK),
        RandomStream.uniformOf(request.luck, Clients.MORE_WORK));
    return work * (model.warmUp().slowdown(now) * (1 + model.contention() * crowd));
  }
}

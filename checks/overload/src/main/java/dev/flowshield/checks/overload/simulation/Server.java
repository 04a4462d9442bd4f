package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.scenario.Timeline;
import dev.flowshield.checks.overload.simulation.Events.Kind;
import java.util.ArrayDeque;

/** Workers behind a queue, and the delay before it. */
final class Server {

  /** What work takes that fails at once: nanoseconds. */
  private static final long FAILURE = 200_000;

  private final ServerModel model;
  private final Events events;
  private final ArrayDeque<Request> queue = new ArrayDeque<>();
  private final Intervals hangs;
  private final Intervals failures;
  private final double meanAtFirst;
  private int workers;
  private int busy;
  private int inside;
  private double rejectionDebt;

  private double area;
  private long areaUntil;

  Server(ServerModel model, Events events) {
    this.model = model;
    this.events = events;
    this.hangs = new Intervals(model.hangs());
    this.failures = new Intervals(model.failures());
    this.meanAtFirst = model.service().first().mean();
    this.workers = model.workers().first();
    for (Timeline.Change<Integer> change : model.workers().changes()) {
      events.add(change.from(), Kind.WORKERS_CHANGE);
    }
  }

  /** Takes an admitted request. */
  void take(Request request, long now) {
    measure(now);
    inside++;
    if (model.delayNanos() > 0) {
      events.add(hangs.endOf(now, model.delayNanos()), Kind.DELAY_END, request);
    } else {
      work(request, now);
    }
  }

  /** Work on a request may begin. */
  void work(Request request, long now) {
    if (busy < workers) {
      begin(request, now);
    } else {
      queue.addLast(request);
    }
  }

  /** Work on a request has ended. */
  void end(Request request, long now) {
    measure(now);
    inside--;
    busy--;
    beginNext(now);
  }

  /** There are more workers, or fewer: work goes on that has begun. */
  void workersChange(long now) {
    workers = model.workers().at(now);
    beginNext(now);
  }

  /** A rejection has cost something. */
  void rejected() {
    rejectionDebt += model.rejectionCost() * meanAtFirst;
  }

  /** The requests inside, times how long there were as many, in nanoseconds. */
  double area(long now) {
    measure(now);
    return area;
  }

  private void beginNext(long now) {
    while (busy < workers && !queue.isEmpty()) {
      begin(queue.pollFirst(), now);
    }
  }

  private void begin(Request request, long now) {
    busy++;
    request.isFailing = failures.contain(now);
    long nanos = request.isFailing ? FAILURE : nanosOfWork(request, now);
    events.add(hangs.endOf(now, nanos), Kind.WORK_END, request);
  }

  private long nanosOfWork(Request request, long now) {
    double work = model
        .service()
        .at(now)
        .nanos(
            request.route,
            RandomStream.uniformOf(request.luck, Clients.WORK),
            RandomStream.uniformOf(request.luck, Clients.MORE_WORK));
    double crowd = Math.max(0, busy + queue.size() - workers) / (double) workers;
    // One job does not pay for a whole crowd.
    double debt = Math.min(rejectionDebt, meanAtFirst);
    rejectionDebt -= debt;
    double slowdown = model.warmUp().slowdown(now) * (1 + model.contention() * crowd);
    // Some libraries take no latency of 0.
    return Math.max(1, (long) (work * slowdown + debt));
  }

  private void measure(long now) {
    area += (double) inside * (now - areaUntil);
    areaUntil = now;
  }
}

package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.Route;
import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.scenario.Timeline;
import dev.flowshield.checks.overload.simulation.Events.Kind;
import java.util.List;
import java.util.stream.Stream;

/** The server: a delay or a wait without a limit, then work at the workers or processors. */
final class Server {

  private final ServerModel model;
  private final Events events;
  private final Intervals hangs;
  private final Backends backends;
  private final Station station;
  private final double rejectionNanos;
  private int inside;

  private double area;
  private long areaUntil;

  /** Creates a server that computes nothing in pauses. */
  Server(ServerModel model, List<Span> pauses, Events events) {
    this.model = model;
    this.events = events;
    this.hangs = new Intervals(model.hangs());
    this.backends = new Backends(hangs);
    this.station = station(pauses);
    this.rejectionNanos = model.rejectionCost() * model.service().first().mean();
    for (Timeline.Change<Integer> change : model.workers().changes()) {
      events.add(change.from(), Kind.WORKERS_CHANGE);
    }
  }

  private Station station(List<Span> pauses) {
    Jobs jobs = new Jobs(model);
    if (!model.computing().isShared()) {
      return new Workers(model, events, jobs, hangs);
    }
    List<Span> stops = Stream.concat(pauses.stream(), model.hangs().stream()).toList();
    return new SharedProcessors(model, stops, events, jobs);
  }

  /** Takes an admitted request. */
  void take(Request request, long now) {
    measure(now);
    inside++;
    station.computed(model.computing().nanosOfEach());
    if (request.kind != null) {
      await(request, request.kind, now);
    } else if (model.delayNanos() > 0) {
      events.add(hangs.endOf(now, model.delayNanos()), Kind.DELAY_END, request);
    } else {
      work(request, now);
    }
  }

  private void await(Request request, Route route, long now) {
    long end = backends.endOf(request, route, now);
    if (request.isFailing || !route.hasWork()) {
      // Some libraries accept no latency of 0.
      events.add(Math.max(end, now + 1), Kind.WORK_END, request);
    } else if (end > now) {
      events.add(end, Kind.DELAY_END, request);
    } else {
      work(request, now);
    }
  }

  /** Starts or queues the work of a request. */
  void work(Request request, long now) {
    request.isAtWork = true;
    station.work(request, now);
  }

  /** Ends a request. */
  void end(Request request, long now) {
    measure(now);
    inside--;
    if (request.isAtWork) {
      station.ended(now);
    }
  }

  /** Ends the work that is complete. */
  void look(long now) {
    station.look(now);
  }

  /** Changes the number of workers or processors. */
  void workersChange(long now) {
    station.change(model.workers().at(now), now);
  }

  /** Charges the cost of a rejection. */
  void rejected(long now) {
    station.rejected(rejectionNanos, now);
  }

  /** Returns the busy time of the processors, in nanoseconds. */
  double processorNanos(long now) {
    return station.processorNanos(now);
  }

  /** Returns the integral over time of the number of requests inside, in nanoseconds. */
  double area(long now) {
    measure(now);
    return area;
  }

  private void measure(long now) {
    area += (double) inside * (now - areaUntil);
    areaUntil = now;
  }
}

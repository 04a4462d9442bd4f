package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.measure.LogHistogram;
import dev.flowshield.checks.overload.measure.Recorder;
import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.measure.Unloaded;
import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.simulation.Events.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The loop of one simulation. An attempt passes from the clients through the container and the
 * protection to the server, and back in reverse.
 */
final class Run {

  private static final long PROCESSOR_TICK = 10 * Span.MILLISECOND;

  private final Scenario scenario;
  private final Protection protection;
  private final Events events = new Events();
  private final Recorder recorder;
  private final Clients clients;
  private final Container container;
  private final Server server;
  private final Intervals pauses;
  private final Iterator<Span> pausesToEnd;

  Run(Scenario scenario, Protection protection, long seed, Unloaded unloaded) {
    RandomStream random = new RandomStream(seed);
    ServerModel model = scenario.server();
    this.scenario = scenario;
    this.protection = protection;
    this.recorder = new Recorder(scenario, unloaded);
    this.clients = new Clients(scenario, random, events, new Requests(), recorder);
    this.container = new Container(model);
    List<Span> stops = stops(scenario, random.fork(5));
    this.server = new Server(model, stops, events);
    this.pauses = new Intervals(stops);
    this.pausesToEnd = stops.iterator();
    stops.forEach(stop -> events.add(stop.to(), Kind.PAUSE_END));
    clients.start();
    protection.processors(this::processorNanos, model.computing().processors());
  }

  private long processorNanos() {
    long nanos = (long) server.processorNanos(events.time());
    return nanos - nanos % PROCESSOR_TICK;
  }

  private static List<Span> stops(Scenario scenario, RandomStream random) {
    List<Span> all = new ArrayList<>(scenario.server().pauses());
    if (scenario.server().hasRandomPauses()) {
      all.addAll(Intervals.random(random, scenario.end()));
    }
    all.sort(Comparator.comparing(Span::from));
    return all;
  }

  Result result() {
    long end = scenario.lastAnswer();
    while (events.next(end)) {
      long now = events.time();
      if (now >= recorder.nextRead()) {
        recorder.limit(now, protection.limit());
      }
      happen(now);
    }
    return recorder.result(server.area(end));
  }

  Unloaded unloaded() {
    Result result = result();
    LogHistogram latencies = recorder.latencies();
    if (result.totals().rejected() > 0) {
      throw new IllegalStateException(
          "rejected must be 0, got " + result.totals().rejected());
    }
    return new Unloaded(latencies.quantile(.5), latencies.quantile(.9), latencies.quantile(.99));
  }

  private void happen(long now) {
    switch (events.kind()) {
      case ARRIVAL -> {
        Request request = clients.send(now);
        clients.scheduleNext();
        unlessPaused(now, Kind.DELIVERY, request);
      }
      case SEND -> {
        Request request = events.subject();
        clients.send(request, now);
        unlessPaused(now, Kind.DELIVERY, request);
      }
      case DELIVERY, DELAY_END, WORK_END -> unlessPaused(now, events.kind(), events.subject());
      case TIMEOUT -> clients.timedOut(events.subject(), now);
      case LOOK -> server.look(now);
      case WORKERS_CHANGE -> server.workersChange(now);
      case PAUSE_END -> {
        Span pause = pausesToEnd.next();
        recorder.changed(now);
        protection.pause(pause.from(), pause.to());
      }
    }
  }

  private void unlessPaused(long now, Kind kind, Request request) {
    long later = pauses.endAt(now);
    if (later > now) {
      events.add(later, kind, request);
    } else if (kind == Kind.DELIVERY) {
      deliver(request, now);
    } else if (kind == Kind.DELAY_END) {
      server.work(request, now);
    } else {
      end(request, now);
    }
  }

  private void deliver(Request request, long now) {
    if (!container.take(request, now)) {
      clients.await(request, now);
    } else if (!isAdmitted(request, now)) {
      reject(request, now);
      goOn(now);
    } else {
      clients.await(request, now);
      server.take(request, now);
    }
  }

  private void end(Request request, long now) {
    server.end(request, now);
    protection.exit(request.place, request.outcome(), now);
    clients.answered(request, now);
    goOn(now);
  }

  /**
   * Continues when a thread of the container is free again. It may reject many requests before it
   * is held again.
   */
  private void goOn(long now) {
    @Nullable Request next = container.next(now);
    while (next != null) {
      if (isAdmitted(next, now)) {
        server.take(next, now);
        return;
      }
      reject(next, now);
      next = container.next(now);
    }
  }

  private boolean isAdmitted(Request request, long now) {
    request.place = protection.enter(request, now);
    boolean isRejected = request.place == Protection.REJECTED;
    recorder.decided(now, request.criticality, isRejected);
    return !isRejected;
  }

  private void reject(Request request, long now) {
    server.rejected(now);
    clients.rejected(request, now);
  }
}

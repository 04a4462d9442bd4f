package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.measure.Recorder;
import dev.flowshield.checks.overload.scenario.Population;
import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import dev.flowshield.checks.overload.scenario.Traffic;
import dev.flowshield.checks.overload.simulation.Events.Kind;
import dev.flowshield.engine.overload.Outcome;

/** The clients: their requests, time limits and retries. */
final class Clients {

  /** The indexes of the numbers that are drawn from the luck of a request. */
  private static final int ROUTE = 0;

  static final int WORK = 1;
  static final int MORE_WORK = 2;
  private static final int BACKOFF = 3;

  private final Scenario scenario;
  private final Traffic traffic;
  private final Population population;
  private final Events events;
  private final Requests requests;
  private final Recorder recorder;
  private final Arrivals arrivals;
  private final RandomStream identities;
  private final RandomStream luck;
  private final long salt;
  private final RouteClients ofRoutes;

  Clients(
      Scenario scenario, RandomStream random, Events events, Requests requests, Recorder recorder) {
    this.scenario = scenario;
    this.traffic = scenario.traffic();
    this.population = traffic.population();
    this.events = events;
    this.requests = requests;
    this.recorder = recorder;
    double capacity = scenario.server().nominalCapacity();
    this.arrivals = new Arrivals(traffic.load(), capacity, random.fork(1));
    this.identities = random.fork(2);
    this.luck = random.fork(3);
    this.salt = random.fork(4).nextLong();
    this.ofRoutes = new RouteClients(scenario, random.fork(6), events, requests);
  }

  /** Schedules the first request of each kind. */
  void start() {
    scheduleNext();
    ofRoutes.start();
  }

  void scheduleNext() {
    long at = arrivals.next();
    if (at != Arrivals.NEVER) {
      events.add(at, Kind.ARRIVAL);
    }
  }

  /** Sends a new request of a client. */
  Request send(long now) {
    Request request = requests.take();
    request.client = population.draw(identities.uniform(), scenario.overload().contains(now));
    request.luck = luck.nextLong();
    ServiceTime service = scenario.server().service().at(now);
    request.route = service.route(RandomStream.uniformOf(request.luck, ROUTE));
    request.kind = null;
    request.origin = null;
    begin(request, now);
    return request;
  }

  /** Sends a request of a route. */
  void send(Request request, long now) {
    begin(request, now);
    if (request.origin != null) {
      request.origin.sent(now);
    }
  }

  private void begin(Request request, long now) {
    request.hash = RandomStream.mix64(salt + request.client);
    request.criticality = population.criticality(request.client);
    request.firstSentAt = now;
    request.retry = 0;
    request.send(now);
    recorder.offered(now, request.client);
  }

  /** Schedules the timeout of the client, if it has an effect. */
  void await(Request request, long now) {
    boolean isPatient = request.origin != null && request.origin.isPatient();
    if (traffic.retries() > 0 && !isPatient) {
      request.holders++;
      // It may have passed already, in a pause.
      long until = Math.max(now, request.sentAt + traffic.deadlineNanos(request.kind));
      events.add(until, Kind.TIMEOUT, request);
    }
  }

  /** Ends the wait of the client. */
  void timedOut(Request request, long now) {
    if (!request.isDone) {
      request.isAbandoned = true;
      retry(request, now);
    }
    requests.release(request);
  }

  /** Tells the client that its attempt was rejected. */
  void rejected(Request request, long now) {
    request.isDone = true;
    boolean comesBack = request.origin != null && request.origin.rejected(request, now);
    if (!comesBack && !request.isAbandoned) {
      retry(request, now);
    }
    requests.release(request);
  }

  /** Tells the client the response, if it still waits. */
  void answered(Request request, long now) {
    request.isDone = true;
    long latency = now - request.sentAt;
    if (request.origin != null) {
      request.origin.answered(request, now);
    }
    if (request.outcome() == Outcome.SUCCESS) {
      recorder.ended(now, latency);
      if (latency < traffic.deadlineNanos(request.kind)) {
        recorder.good(now, request.firstSentAt, request.client);
      }
    }
    requests.release(request);
  }

  private void retry(Request before, long now) {
    if (before.retry >= traffic.retries()) {
      return;
    }
    double jitter = RandomStream.uniformOf(before.luck, BACKOFF + before.retry);
    long sendAt = now + (long) (jitter * Traffic.backoffNanos(before.retry));
    Request request = requests.take();
    request.retry(before, sendAt);
    events.add(sendAt, Kind.DELIVERY, request);
  }
}

package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.measure.Recorder;
import dev.flowshield.checks.overload.scenario.Population;
import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import dev.flowshield.checks.overload.scenario.Traffic;
import dev.flowshield.checks.overload.simulation.Events.Kind;

/** When clients send, how long they wait, and when they try again. */
final class Clients {

  /** The numbers that are drawn from the luck of a request. */
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

  Clients(
      Scenario scenario, RandomStream random, Events events, Requests requests, Recorder recorder) {
    this.scenario = scenario;
    this.traffic = scenario.traffic();
    this.population = traffic.population();
    this.events = events;
    this.requests = requests;
    this.recorder = recorder;
    this.arrivals = new Arrivals(scenario, random.fork(1));
    this.identities = random.fork(2);
    this.luck = random.fork(3);
    this.salt = random.fork(4).nextLong();
  }

  void scheduleNext() {
    long at = arrivals.next();
    if (at != Arrivals.NEVER) {
      events.add(at, Kind.ARRIVAL);
    }
  }

  /** A client has a request, and sends it. */
  Request send(long now) {
    Request request = requests.take();
    request.client = population.draw(identities.uniform(), scenario.overload().contains(now));
    request.hash = RandomStream.mix64(salt + request.client);
    request.criticality = population.criticality(request.client);
    request.luck = luck.nextLong();
    ServiceTime service = scenario.server().service().at(now);
    request.route = service.route(RandomStream.uniformOf(request.luck, ROUTE));
    request.firstSentAt = now;
    request.retry = 0;
    request.send(now);
    recorder.offered(now, request.client);
    return request;
  }

  /** Has the client's patience end, if that leads to anything. */
  void await(Request request, long now) {
    if (traffic.retries() > 0) {
      request.holders++;
      // It may have ended already, in a pause.
      long until = Math.max(now, request.sentAt + traffic.deadlineNanos());
      events.add(until, Kind.TIMEOUT, request);
    }
  }

  /** The client's patience has ended. */
  void timedOut(Request request, long now) {
    if (!request.isDone) {
      request.isAbandoned = true;
      retry(request, now);
    }
    requests.release(request);
  }

  /** The client learns that its attempt is rejected. */
  void rejected(Request request, long now) {
    request.isDone = true;
    if (!request.isAbandoned) {
      retry(request, now);
    }
    requests.release(request);
  }

  /** The client has its answer, or would have it. */
  void answered(Request request, long now) {
    request.isDone = true;
    long latency = now - request.sentAt;
    if (!request.isFailing) {
      recorder.ended(now, latency);
      if (latency < traffic.deadlineNanos()) {
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

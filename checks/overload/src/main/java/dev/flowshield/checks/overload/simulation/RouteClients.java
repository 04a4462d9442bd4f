package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.Bunch;
import dev.flowshield.checks.overload.scenario.Loop;
import dev.flowshield.checks.overload.scenario.Mix;
import dev.flowshield.checks.overload.scenario.Population;
import dev.flowshield.checks.overload.scenario.RandomStream;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.simulation.Events.Kind;

/**
 * The clients of the traffic beside the main traffic. A request is drawn when the time of its
 * sending is known.
 */
final class RouteClients {

  /** The number of the first route, after those of the main traffic. */
  private static final int FIRST_ROUTE = 2;

  private final Mix mix;
  private final Population population;
  private final Events events;
  private final Requests requests;
  private final RandomStream random;
  private int clients;

  RouteClients(Scenario scenario, RandomStream random, Events events, Requests requests) {
    this.mix = scenario.traffic().mix();
    this.population = scenario.traffic().population();
    this.events = events;
    this.requests = requests;
    this.random = random;
    this.clients = population.size();
  }

  /** Schedules the first requests. */
  void start() {
    for (int route = 0; route < mix.routes().size(); route++) {
      RandomStream own = random.fork(route);
      Arrivals arrivals =
          new Arrivals(mix.routes().get(route).load(), 1. / Span.SECOND, own.fork(1));
      new Stream(route, arrivals, own.fork(2)).scheduleNext();
    }
    int next = mix.routes().size();
    for (Bunch bunch : mix.bunches()) {
      add(bunch, random.fork(next++));
    }
    for (Loop loop : mix.loops()) {
      new Polling(loop).start(random.fork(next++));
    }
  }

  private void add(Bunch bunch, RandomStream own) {
    int one = clients++;
    for (int i = 0; i < bunch.requests(); i++) {
      int client = bunch.isOfOneClient() ? one : population.draw(own.uniform(), false);
      long at = bunch.at() + bunch.over() * i / bunch.requests();
      schedule(at, bunch.route(), client, own.nextLong(), new Origin() {});
    }
  }

  private void schedule(long at, int route, int client, long luck, Origin origin) {
    Request request = requests.take();
    request.kind = mix.routes().get(route);
    request.route = FIRST_ROUTE + route;
    request.client = client;
    request.luck = luck;
    request.origin = origin;
    events.add(at, Kind.SEND, request);
  }

  /** A Poisson process of requests. */
  private final class Stream implements Origin {

    private final int route;
    private final Arrivals arrivals;
    private final RandomStream own;

    Stream(int route, Arrivals arrivals, RandomStream own) {
      this.route = route;
      this.arrivals = arrivals;
      this.own = own;
    }

    void scheduleNext() {
      long at = arrivals.next();
      if (at != Arrivals.NEVER) {
        schedule(at, route, population.draw(own.uniform(), false), own.nextLong(), this);
      }
    }

    @Override
    public void sent(long now) {
      scheduleNext();
    }
  }

  /** The requests of a loop. */
  private final class Polling implements Origin {

    private final Loop loop;

    Polling(Loop loop) {
      this.loop = loop;
    }

    void start(RandomStream own) {
      int first = clients;
      clients += loop.isOfOneClient() ? 1 : loop.requests();
      for (int i = 0; i < loop.requests(); i++) {
        long at = loop.span().from() + loop.spreadNanos() * i / loop.requests();
        int client = loop.isOfOneClient() ? first : first + i;
        schedule(at, loop.route(), client, own.nextLong(), this);
      }
    }

    @Override
    public void answered(Request request, long now) {
      again(request, now + loop.thinkNanos());
    }

    @Override
    public boolean rejected(Request request, long now) {
      again(request, now + loop.returnNanos());
      return true;
    }

    private void again(Request request, long at) {
      if (at < loop.span().to()) {
        // Derived from the previous request, so that no other client changes it.
        long luck = RandomStream.mix64(request.luck + 1);
        schedule(at, loop.route(), request.client, luck, this);
      }
    }

    @Override
    public boolean isPatient() {
      return true;
    }
  }
}

package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.simulation.Events.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Processors that all work inside shares equally, each piece on at most one of them (egalitarian
 * processor sharing).
 *
 * <p>While a piece of work is inside, it computes as long as every other piece. One number, {@code
 * attained}, is therefore the clock of all pieces, and the piece with the lowest {@code endsAt}
 * ends next.
 *
 * <pre>
 *   attained grows by min(1, processors / inside) each nanosecond
 *   endsAt = attained + work, when work begins
 * </pre>
 *
 * <p>Rejections use free processors; if there is no free processor, they take precedence over work.
 * Adding and ending work takes logarithmic time. Source: Yashkov, Processor-sharing queues, 1987.
 */
final class SharedProcessors implements Station {

  private static final long NEVER = Long.MAX_VALUE;
  private static final double ROUNDING = .01; // nanoseconds

  private final Events events;
  private final Jobs jobs;
  private final Stops stops;
  private final PriorityQueue<Request> inside =
      new PriorityQueue<>(Comparator.<Request>comparingDouble(request -> request.endsAt)
          .thenComparingLong(request -> request.order));
  private int processors;
  private double attained;
  private double rejections;
  private double computed;
  private long now;
  private long lookAt = NEVER;
  private long order;

  SharedProcessors(ServerModel model, List<Span> stops, Events events, Jobs jobs) {
    this.events = events;
    this.jobs = jobs;
    this.stops = new Stops(stops);
    this.processors = model.workers().first();
  }

  @Override
  public void work(Request request, long now) {
    advance(now);
    request.isFailing = jobs.areFailing(now);
    double crowd = Math.max(0, inside.size() + 1 - processors) / (double) processors;
    double work = request.isFailing ? Jobs.FAILURE : jobs.nanos(request, now, crowd);
    request.endsAt = attained + Math.max(1, work);
    request.order = order++;
    inside.add(request);
    lookLater();
  }

  @Override
  public void look(long now) {
    advance(now);
    if (lookAt <= now) {
      lookAt = NEVER;
    }
    while (!inside.isEmpty() && inside.peek().endsAt <= attained + ROUNDING) {
      events.add(now, Kind.WORK_END, inside.remove());
    }
    lookLater();
  }

  @Override
  public void ended(long now) {}

  @Override
  public void change(int count, long now) {
    advance(now);
    processors = count;
    lookLater();
  }

  @Override
  public void rejected(double nanos, long now) {
    advance(now);
    rejections += nanos;
  }

  @Override
  public void computed(double nanos) {
    computed += nanos;
  }

  @Override
  public double processorNanos(long now) {
    advance(now);
    return computed;
  }

  /**
   * Schedules a check. If more work makes the check too early, it finds nothing and is repeated.
   */
  private void lookLater() {
    if (inside.isEmpty()) {
      return;
    }
    double remaining = inside.peek().endsAt - attained;
    int count = inside.size();
    double nanos = count < processors ? remaining : (rejections + remaining * count) / processors;
    long at = stops.endOf(now, (long) Math.ceil(nanos));
    if (at < lookAt) {
      lookAt = at;
      events.add(at, Kind.LOOK);
    }
  }

  private void advance(long until) {
    double nanos = stops.without(now, until);
    now = until;
    int count = inside.size();
    if (count == 0) {
      attained = 0;
    }
    int free = processors - count;
    if (free > 0) {
      double rejecting = Math.min(rejections, nanos * free);
      rejections -= rejecting;
      computed += rejecting + nanos * count;
      attained += nanos;
    } else {
      double rejecting = Math.min(rejections, nanos * processors);
      rejections -= rejecting;
      computed += nanos * processors;
      attained += (nanos - rejecting / processors) * processors / count;
    }
  }
}

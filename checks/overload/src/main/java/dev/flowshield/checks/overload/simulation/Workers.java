package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.simulation.Events.Kind;
import java.util.ArrayDeque;

/** Workers behind one queue, first in, first out. */
final class Workers implements Station {

  private final Events events;
  private final Jobs jobs;
  private final Intervals hangs;
  private final ArrayDeque<Request> queue = new ArrayDeque<>();
  private final double meanAtFirst;
  private final double computingShare;
  private final int processors;
  private int workers;
  private int busy;
  private double rejectionDebt;

  private double computed;
  private long computedUntil;

  Workers(ServerModel model, Events events, Jobs jobs, Intervals hangs) {
    this.events = events;
    this.jobs = jobs;
    this.hangs = hangs;
    this.meanAtFirst = model.service().first().mean();
    this.computingShare = model.computing().share();
    this.processors = model.computing().processors();
    this.workers = model.workers().first();
  }

  @Override
  public void work(Request request, long now) {
    if (busy < workers) {
      begin(request, now);
    } else {
      queue.addLast(request);
    }
  }

  @Override
  public void ended(long now) {
    compute(now);
    busy--;
    beginNext(now);
  }

  /** Changes the number of workers. Running work continues. */
  @Override
  public void change(int count, long now) {
    workers = count;
    beginNext(now);
  }

  @Override
  public void rejected(double nanos, long now) {
    rejectionDebt += nanos;
    computed += nanos;
  }

  @Override
  public void computed(double nanos) {
    computed += nanos;
  }

  @Override
  public double processorNanos(long now) {
    compute(now);
    return computed;
  }

  private void beginNext(long now) {
    while (busy < workers && !queue.isEmpty()) {
      begin(queue.pollFirst(), now);
    }
  }

  private void begin(Request request, long now) {
    compute(now);
    busy++;
    request.isFailing = jobs.areFailing(now);
    long nanos = request.isFailing ? Jobs.FAILURE : nanosOfWork(request, now);
    events.add(hangs.endOf(now, nanos), Kind.WORK_END, request);
  }

  private long nanosOfWork(Request request, long now) {
    double crowd = Math.max(0, busy + queue.size() - workers) / (double) workers;
    double work = jobs.nanos(request, now, crowd);
    // One job does not pay for all rejections.
    double debt = Math.min(rejectionDebt, meanAtFirst);
    rejectionDebt -= debt;
    // Some libraries accept no latency of 0.
    return Math.max(1, (long) (work + debt));
  }

  private void compute(long now) {
    computed += Math.min(processors, computingShare * busy) * (now - computedUntil);
    computedUntil = now;
  }
}

package dev.flowshield.checks.overload.measure;

import dev.flowshield.checks.overload.scenario.Population;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Span;

/** Counters for the events of a simulation. Not thread-safe. */
public final class Recorder {

  private static final double MILLISECOND = Span.MILLISECOND;
  private static final long SETTLED = 2 * Span.SECOND;

  private final Scenario scenario;
  private final Population population;
  private final Span measured;
  private final Span after;
  private final Unloaded unloaded;

  private final Bins bins;
  private final LogHistogram latencies = new LogHistogram();
  private final Seconds seconds;
  private final Limits limits;
  private final Rejections rejections;
  private final long[] offeredByClient;
  private final long[] goodByClient;
  private long offered;
  private long attempts;
  private long rejected;
  private long ended;
  private long succeeded;
  private double latencyNanos;
  private long critical;
  private long criticalRejected;
  private long offeredAfter;
  private long goodAfter;
  private long nextRead;

  /** Creates a recorder for one run. */
  public Recorder(Scenario scenario, Unloaded unloaded) {
    this.scenario = scenario;
    this.population = scenario.traffic().population();
    this.measured = scenario.measured();
    this.after = after(scenario);
    this.unloaded = unloaded;
    this.bins = new Bins(scenario, unloaded);
    this.seconds = new Seconds(scenario.end());
    this.limits = new Limits(scenario.overload());
    this.rejections = new Rejections(scenario);
    this.offeredByClient = new long[population.size()];
    this.goodByClient = new long[population.size()];
  }

  private static Span after(Scenario scenario) {
    long from = scenario.overload().to() + SETTLED;
    return new Span(from, Math.max(from, scenario.end()));
  }

  /** Records that a client has a request. */
  public void offered(long now, int client) {
    offered++;
    bins.offered(now);
    seconds.offered(now);
    if (measured.contains(now) && client < offeredByClient.length) {
      offeredByClient[client]++;
    }
    if (after.contains(now)) {
      offeredAfter++;
    }
  }

  /** Records that the protection has admitted or rejected an attempt. */
  public void decided(long now, int criticality, boolean isRejected) {
    attempts++;
    rejected += isRejected ? 1 : 0;
    bins.decided(now, isRejected);
    rejections.decided(now, isRejected);
    if (criticality == Population.CRITICAL && measured.contains(now)) {
      critical++;
      criticalRejected += isRejected ? 1 : 0;
    }
  }

  /** Records that work has ended without failing. */
  public void ended(long now, long latency) {
    ended++;
    latencyNanos += latency;
    bins.ended(now, latency);
    seconds.ended(now, latency);
    if (measured.contains(now)) {
      latencies.record(latency);
    }
  }

  /** Records that a client has its response in time. */
  public void good(long now, long firstSentAt, int client) {
    succeeded++;
    bins.good(now);
    seconds.good(now);
    if (measured.contains(firstSentAt) && client < goodByClient.length) {
      goodByClient[client]++;
    }
    if (after.contains(firstSentAt)) {
      goodAfter++;
    }
  }

  /** Records a change that the scenario does not declare: the end of a random pause. */
  public void changed(long now) {
    rejections.changed(now);
  }

  /** Returns the next time at which to record the limit. */
  public long nextRead() {
    return nextRead;
  }

  /** Records the limit at this instant. */
  public void limit(long now, int limit) {
    limits.read(now, limit);
    nextRead += Bins.WIDTH;
  }

  /**
   * Returns the result.
   *
   * @param serverArea the integral over time of the number of attempts in the server
   */
  public Result result(double serverArea) {
    bins.finish();
    Span all = new Span(0, scenario.end());
    Span overload = scenario.overload();
    Span before = scenario.isWithinCapacity() ? all : new Span(0, overload.from());
    boolean stepsBack = overload.to() < scenario.end();
    return new Result(
        bins.goodput(measured),
        latencies.quantile(.5) / MILLISECOND,
        latencies.quantile(.99) / MILLISECOND,
        unloaded.p99() / MILLISECOND,
        bins.convergence(overload),
        stepsBack ? bins.recovery(new Span(overload.to(), scenario.end())) : Double.NaN,
        bins.rejectionsForEachRequest(before),
        (double) goodAfter / offeredAfter,
        (double) criticalRejected / critical,
        victims(),
        jain(),
        limits.largest(),
        limits.slope(),
        new Totals(offered, attempts, rejected, ended, succeeded, latencyNanos, serverArea),
        rejections.all(),
        seconds.all());
  }

  /** Returns the latencies of the measured time. */
  public LogHistogram latencies() {
    return latencies;
  }

  private double victims() {
    long offeredByVictims = 0;
    long goodByVictims = 0;
    boolean areVictims = false;
    for (int client = 0; client < offeredByClient.length; client++) {
      if (population.isAbusive(client)) {
        areVictims = true;
      } else {
        offeredByVictims += offeredByClient[client];
        goodByVictims += goodByClient[client];
      }
    }
    return areVictims ? (double) goodByVictims / offeredByVictims : Double.NaN;
  }

  private double jain() {
    double sum = 0;
    double squares = 0;
    for (long good : goodByClient) {
      sum += good;
      squares += (double) good * good;
    }
    return sum * sum / (goodByClient.length * squares);
  }
}

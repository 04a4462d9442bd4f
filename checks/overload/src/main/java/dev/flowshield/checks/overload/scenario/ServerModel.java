package dev.flowshield.checks.overload.scenario;

import java.util.List;

/**
 * A server: workers behind one queue, first in, first out; or processors that all work shares.
 *
 * @param workers the number of requests that are worked on at a time
 * @param service the time of the work
 * @param delayNanos a pure delay before the work, such as input and output
 * @param contention kappa: work that begins while n requests are queued or worked on by c workers
 *     takes 1 + kappa * max(0, n - c) / c times as long
 * @param rejectionCost the time that a rejection adds to the next work, as a share of the initial
 *     mean service time
 * @param containerThreads the threads before the protection, behind an unbounded queue; each is
 *     held until its request has ended; 0 for no container
 * @param pauses the spans in which nothing runs; all that arrives or ends meanwhile does so at the
 *     end
 * @param hasRandomPauses whether the server pauses for 50 to 300 ms every 5 to 10 s
 * @param hangs the spans in which delays and work stop, but the protection runs
 * @param failures the spans in which work fails at once
 * @param computing the use of processors
 */
public record ServerModel(
    Timeline<Integer> workers,
    Timeline<ServiceTime> service,
    long delayNanos,
    double contention,
    double rejectionCost,
    int containerThreads,
    List<Span> pauses,
    boolean hasRandomPauses,
    List<Span> hangs,
    List<Span> failures,
    WarmUp warmUp,
    Computing computing) {

  /** Creates a model with copies of the lists. */
  public ServerModel {
    pauses = List.copyOf(pauses);
    hangs = List.copyOf(hangs);
    failures = List.copyOf(failures);
  }

  /**
   * Returns the requests per nanosecond that the server can end, in its initial state but compiled.
   */
  public double nominalCapacity() {
    return workers.first() / service.first().mean();
  }

  /** Returns the requests in flight that keep the server just busy, in its initial state. */
  public double bandwidthDelayProduct() {
    return nominalCapacity() * (delayNanos + service.first().mean());
  }

  /**
   * Returns the requests per nanosecond that the server can end at an instant, of those that are
   * offered.
   *
   * <p>All are admitted if there are workers for all. Otherwise, the others cost their rejections,
   * and the server can end as many as the rest of the time allows.
   *
   * <pre>
   *   ended * service + (offered - ended) * rejection = workers
   * </pre>
   *
   * <p>Contention is ignored, because a good limit hardly causes any.
   *
   * @param offered the requests per nanosecond
   */
  public double servable(long instant, double offered) {
    return servable(instant, offered, service.at(instant).mean());
  }

  /** Returns the same for work with another mean. */
  double servable(long instant, double offered, double mean) {
    if (hangs.stream().anyMatch(hang -> hang.contains(instant))) {
      return 0;
    }
    double one = mean * warmUp.slowdown(instant);
    int available = workers.at(instant);
    if (offered * one <= available) {
      return offered;
    }
    double rejection = rejectionCost * service.first().mean();
    return Math.max(0, (available - offered * rejection) / (one - rejection));
  }

  /** Returns this server with workers that compute all the time, each on a processor of its own. */
  ServerModel computingWorkers() {
    return new ServerModel(
        workers,
        service,
        delayNanos,
        contention,
        rejectionCost,
        containerThreads,
        pauses,
        hasRandomPauses,
        hangs,
        failures,
        warmUp,
        new Computing(false, workers.first(), 1, 0));
  }

  /**
   * Returns this server without failures, container and contention. Some servers do not survive the
   * latter two without protection.
   */
  ServerModel calm() {
    return new ServerModel(
        Timeline.of(workers.first()),
        Timeline.of(service.first()),
        delayNanos,
        0,
        0,
        0,
        List.of(),
        false,
        List.of(),
        List.of(),
        WarmUp.NONE,
        computing);
  }
}

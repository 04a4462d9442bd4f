package dev.flowshield.checks.overload.scenario;

import java.util.List;

/**
 * A server: workers behind one queue, first in, first out; or processors that all work shares.
 *
 * @param workers how many requests are worked on at a time
 * @param service how long the work takes
 * @param delayNanos pure delay before the work, as for input and output
 * @param contention kappa: work that begins while n requests are queued or worked on by c workers
 *     takes 1 + kappa * max(0, n - c) / c times as long
 * @param rejectionCost what a rejection adds to the work that begins next, as a share of the mean
 *     service time at the beginning
 * @param containerThreads threads before the protection, behind a queue without bound; each is held
 *     until its request has ended; 0 for none
 * @param pauses when nothing runs: what arrives or ends meanwhile does so at the end
 * @param hasRandomPauses whether it pauses for 50 to 300 ms every 5 to 10 s
 * @param hangs when delays and work stand still, but the protection does not
 * @param failures when work fails, at once
 * @param computing what processors have to do with it
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

  /** Keeps copies. */
  public ServerModel {
    pauses = List.copyOf(pauses);
    hangs = List.copyOf(hangs);
    failures = List.copyOf(failures);
  }

  /** Requests per nanosecond that it can end, as it is at the beginning but compiled. */
  public double nominalCapacity() {
    return workers.first() / service.first().mean();
  }

  /** Requests in flight that keep it just busy, as it is at the beginning. */
  public double bandwidthDelayProduct() {
    return nominalCapacity() * (delayNanos + service.first().mean());
  }

  /**
   * Requests per nanosecond that it can end at an instant, of those that are offered.
   *
   * <p>All are admitted if there are workers for all. Otherwise those are ended for which there is
   * time left when each other one has cost its rejection.
   * <pre>
   *   ended * service + (offered - ended) * rejection = workers
   * </pre>
   * Contention is left out: a good limit hardly causes any.
   *
   * @param offered requests per nanosecond
   */
  public double servable(long instant, double offered) {
    return servable(instant, offered, service.at(instant).mean());
  }

  /** The same of work with another mean. */
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

  /** The same server, where workers compute all the time, each on a processor of its own. */
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
   * The same server when nothing goes wrong, without a container and without contention, which some
   * do not survive without protection.
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

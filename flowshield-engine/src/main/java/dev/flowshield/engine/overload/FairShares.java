package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import java.util.List;

/**
 * The requests of clients, apart for each criticality: one that floods with work of little meaning
 * does not lose its share of more critical work.
 *
 * <p>{@link #next} is thread-safe, lock-free and allocates nothing; all else is confined to the
 * thread that closes windows.
 */
final class FairShares {

  private static final List<Criticality> FROM_THE_HIGHEST =
      List.of(Criticality.CRITICAL, Criticality.DEFAULT, Criticality.SHEDDABLE);

  private final ClientRates critical;
  private final ClientRates standard;
  private final ClientRates sheddable;

  FairShares(long now) {
    this.critical = new ClientRates(now);
    this.standard = new ClientRates(now);
    this.sheddable = new ClientRates(now);
  }

  /** Counts a request of a client, and returns its rank for the client. */
  int next(Criticality criticality, long hash, long now) {
    return of(criticality).next(hash, now);
  }

  private ClientRates of(Criticality criticality) {
    return switch (criticality) {
      case SHEDDABLE -> sheddable;
      case DEFAULT -> standard;
      case CRITICAL -> critical;
    };
  }

  /** All requests are within the share of their clients. */
  void shareAll() {
    FROM_THE_HIGHEST.forEach(criticality -> of(criticality).shareAll());
  }

  /** Shares out the work of the server; less critical requests share what the others leave. */
  void share(Window window, LevelDemand demand, long now) {
    double left = window.throughput();
    for (Criticality criticality : FROM_THE_HIGHEST) {
      of(criticality).share(left, now);
      left = Math.max(0, left - demand.attempts(criticality) / window.ticks());
    }
  }
}

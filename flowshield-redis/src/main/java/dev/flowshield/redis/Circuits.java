package dev.flowshield.redis;

import dev.flowshield.Ticker;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The circuits of a store, one for each server that keeps keys: while one server of a cluster does
 * not answer, the keys of the others are asked for as before.
 *
 * <p>Thread-safe.
 */
final class Circuits {

  private static final Comparator<Circuit> WORST_LAST = Comparator.comparing(
          (Circuit circuit) -> !circuit.isClosed())
      .thenComparing(circuit -> circuit.isClosed() ? -circuit.sinceNanos() : circuit.sinceNanos());

  private final Server server;
  private final Ticker ticker;
  private final Map<String, Circuit> all = new ConcurrentHashMap<>();
  private final Circuit ofNone; // while no server is known that keeps keys
  private final LongAdder outagesOfGone = new LongAdder();

  Circuits(Server server, Ticker ticker) {
    this.server = server;
    this.ticker = ticker;
    this.ofNone = new Circuit(ticker);
  }

  /** That of the server which keeps a key now. */
  Circuit of(String key) {
    String keeper = server.keeperOf(key);
    Circuit known = all.get(keeper);
    if (known != null) {
      return known;
    }
    Circuit made = new Circuit(ticker); // which reads the time: foreign code, not for under a lock
    Circuit other = all.putIfAbsent(keeper, made);
    return other == null ? made : other;
  }

  /** A server can be reached again: those that are open are tried with the next request. */
  void tryNow() {
    all.values().forEach(Circuit::tryNow);
  }

  /** That of those which has been open for longest; if none is, the one that was closed last. */
  Circuit worst() {
    forgetGone();
    return all.values().stream().max(WORST_LAST).orElse(ofNone);
  }

  /** How often they were opened. */
  long outages() {
    return outagesOfGone.sum()
        + all.values().stream().mapToLong(Circuit::outages).sum();
  }

  /** What is known of a server that keeps no keys any more says nothing about the store. */
  private void forgetGone() {
    Set<String> keepers = server.keepers();
    all.forEach((keeper, circuit) -> {
      if (!keepers.contains(keeper) && all.remove(keeper, circuit)) {
        outagesOfGone.add(circuit.outages());
      }
    });
  }
}

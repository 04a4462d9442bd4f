package dev.flowshield.redis.connection;

import dev.flowshield.Ticker;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The circuit breakers of a store, one for each server that keeps keys. While one server of a
 * cluster does not answer, calls for keys of the other servers continue.
 *
 * <p>Thread-safe.
 */
public final class CircuitBreakers {

  private static final Comparator<CircuitBreaker> WORST_LAST = Comparator.comparing(
          (CircuitBreaker breaker) -> !breaker.isClosed())
      .thenComparing(breaker -> breaker.isClosed() ? -breaker.sinceNanos() : breaker.sinceNanos());

  private final RedisServer server;
  private final Ticker ticker;
  private final Map<String, CircuitBreaker> all = new ConcurrentHashMap<>();
  private final CircuitBreaker ofUnknown; // while no server is known
  private final LongAdder outagesOfGone = new LongAdder();

  CircuitBreakers(RedisServer server, Ticker ticker) {
    this.server = server;
    this.ticker = ticker;
    this.ofUnknown = new CircuitBreaker(ticker);
  }

  /** Returns the breaker of the server that keeps a key now. */
  public CircuitBreaker of(String key) {
    String keeper = server.keeperOf(key);
    CircuitBreaker known = all.get(keeper);
    if (known != null) {
      return known;
    }
    CircuitBreaker made = new CircuitBreaker(ticker); // reads the ticker: not under a lock
    CircuitBreaker other = all.putIfAbsent(keeper, made);
    return other == null ? made : other;
  }

  /** Lets each open breaker begin a trial at once, because a server can be reached again. */
  public void tryNow() {
    all.values().forEach(CircuitBreaker::tryNow);
  }

  /**
   * Returns the breaker that has been open for longest; if all are closed, the one that closed
   * last.
   */
  public CircuitBreaker worst() {
    forgetGone();
    return all.values().stream().max(WORST_LAST).orElse(ofUnknown);
  }

  /** Returns the number of times that breakers were opened. */
  public long outages() {
    return outagesOfGone.sum()
        + all.values().stream().mapToLong(CircuitBreaker::outages).sum();
  }

  /** Removes the breakers of servers that keep no keys any more. */
  private void forgetGone() {
    Set<String> keepers = server.keepers();
    all.forEach((keeper, breaker) -> {
      if (!keepers.contains(keeper) && all.remove(keeper, breaker)) {
        outagesOfGone.add(breaker.outages());
      }
    });
  }
}

package dev.flowshield.engine;

import java.time.Duration;
import java.util.List;

/**
 * What a shield has done and how it stands. The numbers are read one after another while work goes on, so they may differ by the work of
 * that moment.
 *
 * @param admitted work admitted since the start
 * @param overLimit work refused because a rate limit was spent, or its client blocked
 * @param blocked of those, work refused because its client was blocked already
 * @param shed work refused because the server was full
 * @param failed admitted work that ended with {@link Admitted#failed()}
 * @param ignored admitted work that ended with {@link Admitted#ignored()}
 * @param inFlight admitted work that has not ended
 * @param inFlightLimit the most work in flight; {@link Integer#MAX_VALUE} if there is no cap
 * @param trackedClients clients that have a place in the table; those included whose allowance is full again and whose place nobody
 *     needed since; 0 if clients are not limited, or by a provider's own limiter; of the limit {@code client}, as the next two are
 * @param clientCapacity places in the table once it is fully grown
 * @param overflowed how often a client was admitted from an allowance that it shares, since the table was full
 * @param limits each limit by itself, in the order they were given
 * @param untold refusals of which the {@link RefusalListener} was not told by an event of their own; 0 without one
 * @param listenerFailures calls of the listener that failed
 * @param uptime since the shield was built
 */
public record ShieldStats(
    long admitted,
    long overLimit,
    long blocked,
    long shed,
    long failed,
    long ignored,
    int inFlight,
    int inFlightLimit,
    long trackedClients,
    long clientCapacity,
    long overflowed,
    List<LimitStats> limits,
    long untold,
    long listenerFailures,
    Duration uptime) {

  /** Keeps a copy of the list. */
  public ShieldStats {
    limits = List.copyOf(limits);
  }
}

package dev.flowshield.checks.overload.peers;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limiter.AbstractPartitionedLimiter;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import dev.flowshield.checks.overload.scenario.Population;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.simulation.Attempt;
import dev.flowshield.checks.overload.simulation.Protection;
import dev.flowshield.engine.overload.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** A limit of Netflix concurrency-limits, on the virtual clock. */
final class NetflixProtection implements Protection {

  /** Not 0, because a window that starts at 0 counts as not started. */
  private static final long START = Span.SECOND;

  private final Limit limit;
  private final Limiter<Attempt> limiter;
  private final List<Limiter.Listener> listeners = new ArrayList<>();
  private final List<Integer> freePlaces = new ArrayList<>();
  private long now;

  private NetflixProtection(Limit limit, Function<LongSupplier, Limiter<Attempt>> limiter) {
    this.limit = limit;
    this.limiter = limiter.apply(() -> START + now);
  }

  /** Creates a protection that treats all attempts alike. */
  static NetflixProtection simple(Limit limit) {
    return new NetflixProtection(
        limit, clock -> SimpleLimiter.newBuilder().limit(limit).nanoClock(clock).build());
  }

  /** Creates a protection in which each class has a guaranteed share of the limit. */
  static NetflixProtection partitioned(Limit limit) {
    return new NetflixProtection(
        limit,
        clock -> new Partitions()
            .limit(limit)
            .nanoClock(clock)
            .partitionResolver(attempt -> String.valueOf(attempt.criticality()))
            .partition(String.valueOf(Population.SHEDDABLE), .1)
            .partition(String.valueOf(Population.DEFAULT), .3)
            .partition(String.valueOf(Population.CRITICAL), .6)
            .build());
  }

  private static final class Partitions
      extends AbstractPartitionedLimiter.Builder<Partitions, Attempt> {

    @Override
    protected Partitions self() {
      return this;
    }
  }

  @Override
  public long enter(Attempt attempt, long now) {
    this.now = now;
    Optional<Limiter.Listener> listener = limiter.acquire(attempt);
    return listener.isPresent() ? place(listener.get()) : REJECTED;
  }

  @Override
  public void exit(long place, Outcome outcome, long now) {
    this.now = now;
    Limiter.Listener listener = listeners.get((int) place);
    freePlaces.add((int) place);
    if (outcome == Outcome.SUCCESS) {
      listener.onSuccess();
    } else {
      listener.onIgnore();
    }
  }

  @Override
  public int limit() {
    return limit.getLimit();
  }

  private int place(Limiter.Listener listener) {
    if (freePlaces.isEmpty()) {
      listeners.add(listener);
      return listeners.size() - 1;
    }
    int place = freePlaces.remove(freePlaces.size() - 1);
    listeners.set(place, listener);
    return place;
  }
}

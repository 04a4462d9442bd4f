package dev.flowshield.checks.overload.peers;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.simulation.Attempt;
import dev.flowshield.checks.overload.simulation.Protection;
import dev.flowshield.engine.overload.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Any limit of Netflix concurrency-limits, in its simple limiter, on the virtual clock. */
final class NetflixProtection implements Protection {

  /** A window that starts at 0 is taken for one that has not started. */
  private static final long START = Span.SECOND;

  private final Limit limit;
  private final Limiter<Void> limiter;
  private final List<Limiter.Listener> listeners = new ArrayList<>();
  private final List<Integer> freePlaces = new ArrayList<>();
  private long now;

  NetflixProtection(Limit limit) {
    this.limit = limit;
    this.limiter =
        SimpleLimiter.newBuilder().limit(limit).nanoClock(() -> START + now).build();
  }

  @Override
  @SuppressWarnings("NullAway") // the simple limiter looks at no context
  public long enter(Attempt attempt, long now) {
    this.now = now;
    Optional<Limiter.Listener> listener = limiter.acquire(null);
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

package dev.flowshield.redis.connection;

import dev.flowshield.Ticker;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A circuit breaker for the calls of one server.
 *
 * <ul>
 *   <li>It opens after five failures in a row, or when at least half of the latest 20 calls failed.
 *   <li>It stays open for a second, and twice as long after each trial that fails, up to 30
 *     seconds.
 *   <li>Then it lets one call through as a trial. A trial that succeeds closes it.
 * </ul>
 *
 * <p>Thread-safe, lock-free. A success after 20 successes writes nothing.
 */
public final class CircuitBreaker {

  private static final int IN_A_ROW = 5;
  private static final int LATEST = 20;
  private static final int ALL = (1 << LATEST) - 1;
  private static final long SHORTEST_NANOS = 1_000_000_000L;
  private static final long LONGEST_NANOS = 30_000_000_000L;
  private static final double JITTER = 0.2;

  /** The trial that is under way, by the reason for which it was due. */
  private enum Trial {
    NONE,
    BY_TIME,
    BY_CONNECTION
  }

  /**
   * The state of the breaker. Immutable.
   *
   * @param failures the latest calls, the last in the lowest bit, 1 for a failure
   * @param reason the reason for which the breaker is open; empty if it is closed
   * @param openNanos the time for which it is open; 0 if it is closed
   * @param until the reading of the ticker at which a trial is due
   * @param isReached whether a connection was made since, so that a trial is due at once
   * @param trial the trial that is under way
   * @param since the reading of the ticker at which it was opened or closed
   * @param outages the number of times that it was opened
   */
  private record State(
      int failures,
      String reason,
      long openNanos,
      long until,
      boolean isReached,
      Trial trial,
      long since,
      long outages) {

    boolean isClosed() {
      return openNanos == 0;
    }

    State with(boolean hasFailed) {
      int next = ((failures << 1) | (hasFailed ? 1 : 0)) & ALL;
      return next == failures ? this : closed(next, since, outages);
    }

    static State closed(int failures, long since, long outages) {
      return new State(failures, "", 0, 0, false, Trial.NONE, since, outages);
    }

    boolean isToOpen() {
      int lowest = (1 << IN_A_ROW) - 1;
      return (failures & lowest) == lowest || Integer.bitCount(failures) >= LATEST / 2;
    }

    boolean isDue(long now) {
      return !isClosed() && trial == Trial.NONE && (isReached || now - until >= 0);
    }

    State trying() {
      return with(false, isReached ? Trial.BY_CONNECTION : Trial.BY_TIME);
    }

    State reached() {
      return isClosed() || isReached ? this : with(true, trial);
    }

    private State with(boolean isNowReached, Trial other) {
      return new State(failures, reason, openNanos, until, isNowReached, other, since, outages);
    }

    State opened(String why, long forNanos, long now) {
      long jittered =
          (long) (forNanos * (1 + JITTER * ThreadLocalRandom.current().nextDouble(-1, 1)));
      return new State(
          failures,
          why,
          forNanos,
          now + jittered,
          isReached,
          Trial.NONE,
          isClosed() ? now : since,
          isClosed() ? outages + 1 : outages);
    }
  }

  private final Ticker ticker;
  private final AtomicReference<State> state;

  CircuitBreaker(Ticker ticker) {
    this.ticker = ticker;
    this.state = new AtomicReference<>(State.closed(0, ticker.nanos(), 0));
  }

  /** Returns whether calls go through. */
  public boolean isClosed() {
    return state.get().isClosed();
  }

  /** Begins a trial if one is due. Returns whether the caller has to make that call. */
  boolean beginTrial() {
    State seen = state.get();
    return seen.isDue(ticker.nanos()) && state.compareAndSet(seen, seen.trying());
  }

  /** Returns whether the trial that is under way was due because a connection was made. */
  boolean isTrialByConnection() {
    return state.get().trial == Trial.BY_CONNECTION;
  }

  /**
   * Makes a trial due at once, because a connection was made. A trial that is under way may have
   * begun without that connection, so another one is due if it fails.
   */
  void tryNow() {
    state.updateAndGet(State::reached);
  }

  /**
   * Counts a call that has succeeded.
   *
   * @return whether that has closed the breaker
   */
  boolean succeeded(boolean isTrial) {
    while (true) {
      State seen = state.get();
      State next = isTrial
          ? State.closed(0, ticker.nanos(), seen.outages)
          : seen.isClosed() ? seen.with(false) : seen;
      if (next.equals(seen) || state.compareAndSet(seen, next)) {
        return isTrial && !seen.isClosed();
      }
    }
  }

  /**
   * Opens the breaker without waiting for more failures.
   *
   * @return whether it was closed
   */
  public boolean open(String reason) {
    while (true) {
      State seen = state.get();
      if (!seen.isClosed()) {
        return false;
      }
      if (state.compareAndSet(seen, seen.opened(reason, SHORTEST_NANOS, ticker.nanos()))) {
        return true;
      }
    }
  }

  /**
   * Counts a call that has failed.
   *
   * @return whether that has opened the breaker
   */
  boolean failed(String reason, boolean isTrial) {
    while (true) {
      State seen = state.get();
      State next;
      if (isTrial) {
        next = seen.opened(reason, Math.min(LONGEST_NANOS, 2 * seen.openNanos), ticker.nanos());
      } else if (seen.isClosed()) {
        next = seen.with(true);
        next = next.isToOpen() ? next.opened(reason, SHORTEST_NANOS, ticker.nanos()) : next;
      } else {
        return false; // a call from before it opened
      }
      if (next.equals(seen) || state.compareAndSet(seen, next)) {
        return seen.isClosed() && !next.isClosed();
      }
    }
  }

  /** Returns the reason for which the breaker is open; empty if it is closed. */
  public String reason() {
    return state.get().reason;
  }

  /** Returns the time for which the breaker has been open, or closed. */
  public long sinceNanos() {
    return ticker.nanos() - state.get().since;
  }

  /** Returns the time until a trial is due; at least 1. */
  public long nanosUntilTrial() {
    State seen = state.get();
    return seen.isReached ? 1 : Math.max(1, seen.until - ticker.nanos());
  }

  /** Returns the number of times that the breaker was opened. */
  long outages() {
    return state.get().outages;
  }
}

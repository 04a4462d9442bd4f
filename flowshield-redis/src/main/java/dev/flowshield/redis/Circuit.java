package dev.flowshield.redis;

import dev.flowshield.Ticker;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether the store is asked: a circuit breaker. It opens after some failures in a row, or where at
 * least half of the latest calls failed; stays open for a second, and twice as long each time that
 * a trial fails, up to 30; and then lets one call through as a trial.
 *
 * <p>Thread-safe, lock-free. A call that succeeds where none failed of late writes nothing.
 */
final class Circuit {

  private static final int IN_A_ROW = 5;
  private static final int LATEST = 20;
  private static final int ALL = (1 << LATEST) - 1;
  private static final long SHORTEST_NANOS = 1_000_000_000L;
  private static final long LONGEST_NANOS = 30_000_000_000L;
  private static final double JITTER = 0.2;

  /** The trial that is under way, by the reason why it was due. */
  private enum Trial {
    NONE,
    BY_TIME,
    BY_CONNECTION
  }

  /**
   * What was seen. Immutable.
   *
   * @param failures the latest calls, the last in the lowest bit, 1 for one that failed
   * @param reason why the circuit is open; empty if it is closed
   * @param openNanos for how long it is open; 0 if it is closed
   * @param until when a trial is due
   * @param isReached whether a connection was made since, so that one is due at once
   * @param since when it was opened or closed
   * @param outages how often it was opened
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

  Circuit(Ticker ticker) {
    this.ticker = ticker;
    this.state = new AtomicReference<>(State.closed(0, ticker.nanos(), 0));
  }

  /** Whether calls go through. */
  boolean isClosed() {
    return state.get().isClosed();
  }

  /** Whether the caller has to make the trial call that is due. */
  boolean beginTrial() {
    State seen = state.get();
    return seen.isDue(ticker.nanos()) && state.compareAndSet(seen, seen.trying());
  }

  /** Returns whether the trial that is under way was due because a connection was made. */
  boolean isTrialByConnection() {
    return state.get().trial == Trial.BY_CONNECTION;
  }

  /**
   * A connection was made: if the circuit is open, a trial is due at once. A trial that runs may
   * have begun without that connection, so another one is due if it fails.
   */
  void tryNow() {
    state.updateAndGet(State::reached);
  }

  /**
   * A call has succeeded.
   *
   * @return whether that has closed the circuit
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
   * Opens, as there is no need to see more failures.
   *
   * @return whether it was closed
   */
  boolean open(String reason) {
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
   * A call has failed.
   *
   * @return whether that has opened the circuit
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
        return false; // a call of before
      }
      if (next.equals(seen) || state.compareAndSet(seen, next)) {
        return seen.isClosed() && !next.isClosed();
      }
    }
  }

  /** Why it is open; empty if it is closed. */
  String reason() {
    return state.get().reason;
  }

  /** How long it has been open, or closed. */
  long sinceNanos() {
    return ticker.nanos() - state.get().since;
  }

  /** The time until a trial is due; at least 1. */
  long nanosUntilTrial() {
    State seen = state.get();
    return seen.isReached ? 1 : Math.max(1, seen.until - ticker.nanos());
  }

  /** How often it was opened. */
  long outages() {
    return state.get().outages;
  }
}

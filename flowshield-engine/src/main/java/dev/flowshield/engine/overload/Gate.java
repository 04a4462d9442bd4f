package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import org.jspecify.annotations.Nullable;

/**
 * A gate for work in flight: gives a request a slot, or no slot.
 *
 * <p>A slot is a number that the gate chooses: the facts that it wants back when the work ends,
 * such as how much was in flight when the work was admitted, and the time. The admission keeps it
 * and hands it back.
 *
 * <p>Thread-safe. No method blocks, or throws unless its comment says so; those that each
 * request calls allocate nothing.
 */
public interface Gate {

  /** Not a slot. */
  long NO_SLOT = -1;

  /** The hash of requests that no limit counts by key. */
  long NO_KEY = 1;

  /** The number of routes that are told apart; each route is a number below it. */
  int ROUTES = RouteLatencies.COUNT;

  /** The route of requests whose route is not known. */
  int NO_ROUTE = 0;

  /** Slots are 0 to this number: an admission needs two bits of its own. */
  long LARGEST_SLOT = Long.MAX_VALUE >> 2;

  /** Returns whether it wants the time, which costs more than all else; it gets 0 otherwise. */
  boolean readsTime();

  /**
   * Takes a slot.
   *
   * @param hash of the key whose request it is; the same for all requests that no limit counts by
   *     key
   * @param criticality how much its work means
   * @param route of the request, 0 to {@link #ROUTES} - 1: work of one route usually takes about as
   *     long
   * @param now a reading of the clock
   * @return the slot; {@link #NO_SLOT} if absent
   */
  long tryEnter(long hash, Criticality criticality, int route, long now);

  /**
   * Learns how the work of a slot has ended, before the slot is released. May fail, because there
   * may be no memory; the slot is to be released all the same.
   *
   * @param now a reading of the clock; 0 if the outcome is {@link Outcome#IGNORED}
   */
  default void ended(long slot, Outcome outcome, long now) {}

  /** Releases a slot, once. */
  void release(long slot);

  /** Learns how the work of a slot has ended, and releases the slot even if that fails. */
  default void exit(long slot, Outcome outcome, long now) {
    try {
      ended(slot, outcome, now);
    } finally {
      release(slot);
    }
  }

  /**
   * Learns how long a request was queued before the gate was asked for its slot, or an empty task
   * in the queue of requests.
   *
   * @param now a reading of the clock
   */
  default void reportQueueDelay(long nanos, long now) {}

  /** Returns whether it would not have given this slot, if it were to enforce its limit. */
  boolean isBeyondLimit(long slot);

  /**
   * Returns whether a request would get a slot at this moment, if its client sends little. A cap
   * that is due to change by now changes first.
   *
   * @param now a reading of the clock
   */
  default boolean hasSlot(Criticality criticality, long now) {
    return count() < limit();
  }

  /** Returns the slots that are taken. */
  int count();

  /** Returns the most slots. */
  int limit();

  /** Returns whether it finds its limit by itself at this moment. */
  default boolean findsLimit() {
    return false;
  }

  /** Returns whether it can find its limit by itself. */
  default boolean canFindLimit() {
    return false;
  }

  /** Finds its limit by itself from now on, if it can. */
  default void findLimit() {}

  /** Returns the pressure on the server. */
  default Pressure pressure() {
    return Pressure.NORMAL;
  }

  /** Returns the findings; null if it does not look. */
  default @Nullable LimiterState reading() {
    return null;
  }

  /** Returns the longest wait to tell to a request that got no slot, in seconds. */
  default int retrySeconds(Criticality criticality) {
    return 1;
  }

  /** Sets a fixed limit and stops adapting. Work in flight is not affected. */
  void limit(int other);
}

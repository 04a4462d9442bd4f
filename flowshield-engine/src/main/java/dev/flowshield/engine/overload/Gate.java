package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import org.jspecify.annotations.Nullable;

/**
 * Decides how much work runs at a time: gives a request a place, or none.
 *
 * <p>A place is a number that the gate chooses: what it wants to know again when the work ends,
 * such as how much was in flight when the work was admitted, and the time. The admission keeps it
 * and hands it back.
 *
 * <p>Thread-safe. No method blocks, nor throws but where that is said; those that each
 * request calls allocate nothing.
 */
public interface Gate {

  /** Not a place. */
  long NO_PLACE = -1;

  /** The hash of requests that no limit counts by key. */
  long NO_KEY = 1;

  /** How many routes are told apart, of which each number is below. */
  int ROUTES = RouteLatencies.COUNT;

  /** The route of requests of which none is known. */
  int NO_ROUTE = 0;

  /** Places are 0 to this number: an admission needs two bits of its own. */
  long LARGEST_PLACE = Long.MAX_VALUE >> 2;

  /** Whether it wants the time, which costs more than all else; it gets 0 otherwise. */
  boolean readsTime();

  /**
   * Takes a place.
   *
   * @param hash of the key whose request it is; the same for all requests that no limit counts by
   *     key
   * @param criticality how much its work means
   * @param route of the request, 0 to {@link #ROUTES} - 1: work of one route usually takes about as
   *     long
   * @param now a reading of the clock
   * @return the place; {@link #NO_PLACE} if there is none
   */
  long tryEnter(long hash, Criticality criticality, int route, long now);

  /**
   * Learns how the work of a place has ended, before the place is released. May fail, as there may
   * be no memory; the place is to be released all the same.
   *
   * @param now a reading of the clock; 0 if the outcome is {@link Outcome#IGNORED}
   */
  default void ended(long place, Outcome outcome, long now) {}

  /** Releases a place, once. */
  void release(long place);

  /** Learns how the work of a place has ended, and releases the place even if that fails. */
  default void exit(long place, Outcome outcome, long now) {
    try {
      ended(place, outcome, now);
    } finally {
      release(place);
    }
  }

  /**
   * Hears how long a request has waited before the gate was asked for its place, or an empty task
   * where the requests wait.
   *
   * @param now a reading of the clock
   */
  default void reportQueueDelay(long nanos, long now) {}

  /** Whether it would not have given this place, if it were to enforce its limit. */
  boolean isBeyondLimit(long place);

  /**
   * Returns whether a request would get a place at this moment, if its client sends little. A cap
   * that is due to change by now changes first.
   *
   * @param now a reading of the clock
   */
  default boolean hasPlace(Criticality criticality, long now) {
    return count() < limit();
  }

  /** The places that are taken. */
  int count();

  /** The most places. */
  int limit();

  /** Whether it finds its limit by itself at this moment. */
  default boolean findsLimit() {
    return false;
  }

  /** Whether it can find its limit by itself. */
  default boolean canFindLimit() {
    return false;
  }

  /** Finds its limit by itself from now on, if it can. */
  default void findLimit() {}

  /** How hard the server is pressed, as it sees it. */
  default Pressure pressure() {
    return Pressure.NORMAL;
  }

  /** What it has found; null if it does not look. */
  default @Nullable LimiterState reading() {
    return null;
  }

  /** The longest wait to tell to a request that got no place, in seconds. */
  default int retrySeconds(Criticality criticality) {
    return 1;
  }

  /** Goes on with another limit, in place of one that it finds; places that are taken stay so. */
  void limit(int other);
}

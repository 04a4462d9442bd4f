package dev.flowshield.engine.overload;

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

  /** Places are 0 to this number: an admission needs two bits of its own. */
  long LARGEST_PLACE = Long.MAX_VALUE >> 2;

  /** Whether it wants the time, which costs more than all else; it gets 0 otherwise. */
  boolean readsTime();

  /**
   * Takes a place.
   *
   * @param hash of the key whose request it is; the same for all requests that no limit counts by
   *     key
   * @param now a reading of the clock
   * @return the place; {@link #NO_PLACE} if there is none
   */
  long tryEnter(long hash, long now);

  /**
   * Gives a place back, once.
   *
   * @param now a reading of the clock; 0 if the outcome is {@link Outcome#IGNORED}
   */
  void exit(long place, Outcome outcome, long now);

  /** Gives back a place of which the number was lost. */
  void exitLost();

  /** Whether it would not have given this place, if it were to enforce its limit. */
  boolean isBeyondLimit(long place);

  /** The places that are taken. */
  int count();

  /** The most places. */
  int limit();

  /**
   * Goes on with another limit; places that are taken stay so.
   *
   * @throws UnsupportedOperationException if it finds its limit by itself
   */
  void limit(int other);
}

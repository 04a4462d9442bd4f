package dev.flowshield.checks.overload.simulation;

import dev.flowshield.engine.overload.Outcome;
import java.util.function.LongSupplier;

/** A protection between the clients and the server. Called by one thread, in virtual time. */
public interface Protection {

  /** The value for a rejection; not a slot. */
  long REJECTED = -1;

  /**
   * Describes the processors of the process. Called once, before all other methods.
   *
   * @param usedNanos the processor time used up to the instant of the call, over all processors,
   *     rounded down to 10 ms as in a JDK
   * @param count the number of processors
   */
  default void processors(LongSupplier usedNanos, int count) {}

  /**
   * Admits or rejects an attempt.
   *
   * @param now nanoseconds from the beginning
   * @return a slot, 0 or more, which is passed back when the work ends; {@link #REJECTED}
   */
  long enter(Attempt attempt, long now);

  /** Releases the slot of work that has ended. */
  void exit(long place, Outcome outcome, long now);

  /**
   * Reports that the process has paused. Called at the end of the pause, before the events that
   * occurred in it.
   */
  default void pause(long from, long to) {}

  /** Returns the limit on work in flight; {@link Integer#MAX_VALUE} if there is no such number. */
  default int limit() {
    return Integer.MAX_VALUE;
  }
}

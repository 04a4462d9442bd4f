package dev.flowshield.checks.overload.simulation;

import dev.flowshield.engine.overload.Outcome;
import java.util.function.LongSupplier;

/** What stands between the clients and the server. It is called by one thread, in virtual time. */
public interface Protection {

  /** Not a place. */
  long REJECTED = -1;

  /**
   * Tells about the processors of the process, once, before all else.
   *
   * @param usedNanos the processor time used up to the instant of the call, over all processors,
   *     rounded down to 10 ms as in a JDK
   * @param count the number of processors
   */
  default void processors(LongSupplier usedNanos, int count) {}

  /**
   * Admits an attempt, or not.
   *
   * @param now nanoseconds from the beginning
   * @return a place, 0 or more, which comes back when the work ends; {@link #REJECTED}
   */
  long enter(Attempt attempt, long now);

  /** Admitted work has ended. */
  void exit(long place, Outcome outcome, long now);

  /**
   * The process has stood still. This is said at the end, before what has come and ended meanwhile.
   */
  default void pause(long from, long to) {}

  /** The most that it lets be in flight; {@link Integer#MAX_VALUE} if it has no such number. */
  default int limit() {
    return Integer.MAX_VALUE;
  }
}

package dev.flowshield.engine.faults;

import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.List;

/** A limiter or a shield that has to survive, and what must hold of it whatever happened. */
abstract class Subject {

  /** Longer than any limit here takes to be as new, and any block to be forgotten. */
  private static final Duration REST = Duration.ofMinutes(10);

  final ManualTicker time = ManualTicker.startingAt(1L << 50);
  final Foreign.Clock clock = new Foreign.Clock(time);

  /** What keys have left: of the key that operations are for, and of others near it. */
  abstract List<Account> accounts();

  /**
   * Whether what is given back at once is surely there again, and what is shown is what can be
   * taken.
   */
  abstract boolean isExact();

  /** Ends all work that was admitted, and asserts that then nothing is left of it. */
  abstract void endWork();

  /** How many failures were counted instead of reaching a caller. */
  abstract long contained();

  /** Settles what was reserved before the operation: none of it was used. */
  abstract void refundReserved();

  /** Asserts that everything can be done, on the same keys, and has its effect. */
  abstract void assertEverythingWorks() throws Exception;

  /** Lets so much time pass that every key is as good as new. */
  final void rest() {
    time.advance(REST);
  }
}

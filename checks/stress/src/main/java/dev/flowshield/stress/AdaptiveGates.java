package dev.flowshield.stress;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.AdaptiveGate;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.Outcome;

/** Adaptive gates, brought into the state before a race. */
final class AdaptiveGates {

  /** The time at which the next window ends, with the first work that ends. */
  static final long WINDOW_END = 300_000_000;

  /** The limit after this window, in place of two: the maximum without evidence. */
  static final int AFTER = 10_000;

  /** A time at which no window ends. */
  static final long EARLY = 20_000_000;

  private static final long MILLI = 1_000_000;
  private static final long LONG_WAIT = 1_000 * MILLI;
  private static final int ENOUGH = 100; // work, so that a few rejections are no overload

  private AdaptiveGates() {}

  /** Creates a gate with a limit of two, as if it had adapted to it, and a complete window. */
  static AdaptiveGate beforeWindowEnd() {
    AdaptiveGate gate = new AdaptiveGate(1, 0);
    fillWindow(gate, 60 * MILLI);
    fillWindow(gate, 100 * MILLI); // the latency of work is known now
    gate.limit(2);
    gate.findLimit();
    fillWindow(gate, 140 * MILLI);
    return gate;
  }

  /** Creates a gate with a limit that the next window replaces. */
  static AdaptiveGate withCap(int cap) {
    AdaptiveGate gate = new AdaptiveGate(1, 0);
    gate.limit(cap);
    gate.findLimit();
    return gate;
  }

  /** Reports a long queue delay, which leaves no slot for ordinary requests. */
  static void lower(AdaptiveGate gate) {
    gate.reportQueueDelay(LONG_WAIT, EARLY);
    gate.reportQueueDelay(LONG_WAIT, EARLY);
  }

  private static void fillWindow(AdaptiveGate gate, long now) {
    for (int i = 0; i < ENOUGH; i++) {
      gate.exit(enter(gate, now - MILLI), Outcome.SUCCESS, now);
    }
  }

  /**
   * Returns the limit after the end of the window; -2 if the window misses work that ended in it.
   */
  static int limitAfter(AdaptiveGate gate) {
    boolean hasEnded = gate.limit() == AFTER;
    boolean holdsAll = gate.reading().perSecond() > ENOUGH;
    return hasEnded == holdsAll ? gate.limit() : -2;
  }

  /** Returns whether a window still ends at its time, counts new work, and changes the limit. */
  static boolean canEndWindow(AdaptiveGate gate) {
    double before = gate.reading().perSecond();
    fillWindow(gate, WINDOW_END + 500 * MILLI);
    fillWindow(gate, WINDOW_END + 1_000 * MILLI);
    fillWindow(gate, WINDOW_END + 1_500 * MILLI);
    return gate.reading().perSecond() != before && gate.limit() == AFTER;
  }

  /** Returns a slot, or {@link Gate#NO_SLOT}. */
  static long enter(AdaptiveGate gate, long now) {
    return gate.tryEnter(Gate.NO_KEY, Criticality.DEFAULT, 0, now);
  }

  /** Takes slots up to a maximum, and returns their number. */
  static int take(AdaptiveGate gate, int most, long now) {
    int taken = 0;
    for (int i = 0; i < most; i++) {
      if (enter(gate, now) != Gate.NO_SLOT) {
        taken++;
      }
    }
    return taken;
  }
}

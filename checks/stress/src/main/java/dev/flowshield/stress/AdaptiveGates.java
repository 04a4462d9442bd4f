package dev.flowshield.stress;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.AdaptiveGate;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.Outcome;

/** Gates that find their limit, led by hand to where a race is wanted. */
final class AdaptiveGates {

  /** When the next window ends with the first piece of work that ends. */
  static final long WINDOW_END = 1_300_000_000;

  /** The cap that this end brings, in place of two; a window that counts twice makes it larger. */
  static final int AFTER = 3;

  private static final long MILLI = 1_000_000;
  private static final long LONG_WAIT = 10 * MILLI;
  private static final int ENOUGH = 100; // work, so that a few rejections are no overload

  private AdaptiveGates() {}

  /**
   * A gate with a cap of two and a window that holds all it needs. The cap is so small as a
   * queue was seen in front, which is forgotten by the end of the window.
   */
  static AdaptiveGate beforeWindowEnd() {
    AdaptiveGate gate = new AdaptiveGate(1, 0);
    fillWindow(gate, 40 * MILLI);
    queue(gate, 0, 100 * MILLI, 200 * MILLI);
    return gate;
  }

  /** A gate with a cap of 4 that becomes 3 as {@link #lower} says that a queue still stands. */
  static AdaptiveGate beforeLowering() {
    AdaptiveGate gate = new AdaptiveGate(1, 0);
    for (int i = 0; i < 4; i++) {
      enter(gate, 0);
    }
    queue(gate, 0, 100 * MILLI, 200 * MILLI);
    for (int i = 0; i < 4; i++) {
      gate.exitLost();
    }
    queue(gate, 1_200 * MILLI);
    return gate;
  }

  /** Lowers the cap by one. */
  static void lower(AdaptiveGate gate) {
    queue(gate, 1_400 * MILLI);
  }

  private static void queue(AdaptiveGate gate, long... times) {
    for (long now : times) {
      gate.waitedInFront(LONG_WAIT, now);
    }
  }

  private static void fillWindow(AdaptiveGate gate, long now) {
    for (int i = 0; i < ENOUGH; i++) {
      gate.exit(enter(gate, now - MILLI), Outcome.SUCCESS, now);
    }
  }

  /** Whether a window still ends when it should, and changes a cap that is found. */
  static boolean canEndWindow(AdaptiveGate gate) {
    fillWindow(gate, WINDOW_END + 500 * MILLI);
    fillWindow(gate, WINDOW_END + 1_000 * MILLI);
    fillWindow(gate, WINDOW_END + 1_500 * MILLI);
    return gate.limit() > AFTER;
  }

  /** A place, or {@link Gate#NO_PLACE}. */
  static long enter(AdaptiveGate gate, long now) {
    return gate.tryEnter(Gate.NO_KEY, Criticality.DEFAULT, now);
  }

  /** Takes up to so many places: how many there were. */
  static int take(AdaptiveGate gate, int most, long now) {
    int taken = 0;
    for (int i = 0; i < most; i++) {
      if (enter(gate, now) != Gate.NO_PLACE) {
        taken++;
      }
    }
    return taken;
  }
}

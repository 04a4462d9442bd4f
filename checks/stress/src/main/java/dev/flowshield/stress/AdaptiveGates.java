package dev.flowshield.stress;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.AdaptiveGate;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.Outcome;

/** Gates that find their limit, led by hand to where a race is wanted. */
final class AdaptiveGates {

  /** When the next window ends with the first piece of work that ends. */
  static final long WINDOW_END = 300_000_000;

  /** The cap that this end brings, in place of two: as many as there are without evidence. */
  static final int AFTER = 10_000;

  /** A time at which no window ends. */
  static final long EARLY = 20_000_000;

  private static final long MILLI = 1_000_000;
  private static final long LONG_WAIT = 1_000 * MILLI;
  private static final int ENOUGH = 100; // work, so that a few rejections are no overload

  private AdaptiveGates() {}

  /** A gate with a cap of two, as if it had found that, and a window that holds all it needs. */
  static AdaptiveGate beforeWindowEnd() {
    AdaptiveGate gate = new AdaptiveGate(1, 0);
    fillWindow(gate, 60 * MILLI);
    fillWindow(gate, 100 * MILLI); // by now it is known what work takes
    gate.limit(2);
    gate.findLimit();
    fillWindow(gate, 140 * MILLI);
    return gate;
  }

  /** A gate with a cap that will be replaced by the next one that is found. */
  static AdaptiveGate withCap(int cap) {
    AdaptiveGate gate = new AdaptiveGate(1, 0);
    gate.limit(cap);
    gate.findLimit();
    return gate;
  }

  /** Says that requests wait too long in front, so that there is no slot for usual ones. */
  static void lower(AdaptiveGate gate) {
    gate.reportQueueDelay(LONG_WAIT, EARLY);
    gate.reportQueueDelay(LONG_WAIT, EARLY);
  }

  private static void fillWindow(AdaptiveGate gate, long now) {
    for (int i = 0; i < ENOUGH; i++) {
      gate.exit(enter(gate, now - MILLI), Outcome.SUCCESS, now);
    }
  }

  /** The cap after the end of the window; -2 if the window does not hold what ended in it. */
  static int limitAfter(AdaptiveGate gate) {
    boolean hasEnded = gate.limit() == AFTER;
    boolean holdsAll = gate.reading().perSecond() > ENOUGH;
    return hasEnded == holdsAll ? gate.limit() : -2;
  }

  /** Whether a window still ends when it should, holds something else, and brings its cap. */
  static boolean canEndWindow(AdaptiveGate gate) {
    double before = gate.reading().perSecond();
    fillWindow(gate, WINDOW_END + 500 * MILLI);
    fillWindow(gate, WINDOW_END + 1_000 * MILLI);
    fillWindow(gate, WINDOW_END + 1_500 * MILLI);
    return gate.reading().perSecond() != before && gate.limit() == AFTER;
  }

  /** A slot, or {@link Gate#NO_SLOT}. */
  static long enter(AdaptiveGate gate, long now) {
    return gate.tryEnter(Gate.NO_KEY, Criticality.DEFAULT, 0, now);
  }

  /** Takes up to so many slots: how many there were. */
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

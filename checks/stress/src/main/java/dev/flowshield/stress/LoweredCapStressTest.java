package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.engine.overload.AdaptiveGate;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread lowers the cap from four to three, as a queue stands in front, and takes a place.
 * Another one takes all it can (F1 of InFlight, G1 of AdaptiveGate).
 */
@JCStressTest
@Outcome(id = "[01], [234], 3", expect = ACCEPTABLE, desc = "All were judged by the new cap.")
@Outcome(id = "[01], [34], 4", expect = ACCEPTABLE, desc = "The fourth was judged by the old one.")
@Outcome(expect = FORBIDDEN, desc = "More are in flight than either cap, or a place is missing.")
@State
public class LoweredCapStressTest {

  private final AdaptiveGate gate = AdaptiveGates.beforeLowering();

  @Actor
  public void lower(III_Result result) {
    AdaptiveGates.lower(gate);
    result.r1 = AdaptiveGates.take(gate, 1, AdaptiveGates.WINDOW_END);
  }

  @Actor
  public void take(III_Result result) {
    result.r2 = AdaptiveGates.take(gate, 5, AdaptiveGates.WINDOW_END);
  }

  /** A sum that is wrong, or a cap, shows as none of the numbers that are right. */
  @Arbiter
  public void count(III_Result result) {
    if (gate.limit() == 4) {
      AdaptiveGates.lower(gate); // the other thread was at work, and it was not heard
    }
    boolean isRight = gate.count() == result.r1 + result.r2 && gate.limit() == 3;
    result.r3 = isRight ? gate.count() : -1;
  }
}

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
 * Two threads take all slots that they can get from an adaptive gate with three free slots (F1 of
 * InFlight).
 */
@JCStressTest
@Outcome(id = "[0-3], [0-3], 3", expect = ACCEPTABLE, desc = "All three are taken, once each.")
@Outcome(expect = FORBIDDEN, desc = "More are in flight than the limit, or a slot is lost.")
@State
public class AdaptiveCapStressTest {

  private static final int CAP = 3;

  private final AdaptiveGate gate = new AdaptiveGate(1, 0);

  public AdaptiveCapStressTest() {
    gate.limit(CAP);
  }

  @Actor
  public void one(III_Result result) {
    result.r1 = AdaptiveGates.take(gate, CAP, 0);
  }

  @Actor
  public void other(III_Result result) {
    result.r2 = AdaptiveGates.take(gate, CAP, 0);
  }

  /** Counts the slots. A wrong sum becomes a result outside of the expected ones. */
  @Arbiter
  public void count(III_Result result) {
    result.r3 = gate.count() == result.r1 + result.r2 ? gate.count() : -1;
  }
}

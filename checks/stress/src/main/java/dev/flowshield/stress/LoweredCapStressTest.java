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
 * A thread lowers the limit from four to zero, because of a queue delay, and requests a slot.
 * Another thread takes all slots that it can get (F1 of InFlight, G1 of AdaptiveGate).
 */
@JCStressTest
@Outcome(
    id = "0, [01234], 0",
    expect = ACCEPTABLE,
    desc = "The thread that lowered it got no slot.")
@Outcome(
    id = "1, [0123], 0",
    expect = ACCEPTABLE,
    desc = "The other thread was working, and the report was dropped.")
@Outcome(expect = FORBIDDEN, desc = "More are in flight than the limit, or it is not lowered.")
@State
public class LoweredCapStressTest {

  private final AdaptiveGate gate = AdaptiveGates.withCap(4);

  @Actor
  public void lower(III_Result result) {
    AdaptiveGates.lower(gate);
    result.r1 = AdaptiveGates.take(gate, 1, AdaptiveGates.EARLY);
  }

  @Actor
  public void take(III_Result result) {
    result.r2 = AdaptiveGates.take(gate, 5, AdaptiveGates.EARLY);
  }

  /** Counts the free slots after the change; -1 if the taken slots do not add up. */
  @Arbiter
  public void count(III_Result result) {
    boolean isRight = gate.count() == result.r1 + result.r2;
    AdaptiveGates.lower(gate);
    result.r3 = isRight ? AdaptiveGates.take(gate, 1, AdaptiveGates.EARLY) : -1;
  }
}

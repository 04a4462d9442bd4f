package dev.flowshield.stress;

import static dev.flowshield.engine.overload.Outcome.SUCCESS;
import static dev.flowshield.stress.AdaptiveGates.WINDOW_END;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.engine.overload.AdaptiveGate;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Work ends, and its window with it, which raises the cap from two. Another thread takes
 * the slots it can, and would end the window too. If one has kept the other from it, the next work
 * that ends does it (G1, G3 of AdaptiveGate).
 */
@JCStressTest
@Outcome(
    id = "[12345], 10000",
    expect = ACCEPTABLE,
    desc = "As many as fit before, between or after.")
@Outcome(
    expect = FORBIDDEN,
    desc = "Too many or too few fit, or the window was lost or counted twice.")
@State
public class WindowEndStressTest {

  private final AdaptiveGate gate = AdaptiveGates.beforeWindowEnd();
  private final long slot = AdaptiveGates.enter(gate, WINDOW_END - 1_000_000);

  @Actor
  public void end() {
    gate.exit(slot, SUCCESS, WINDOW_END);
  }

  @Actor
  public void take(II_Result result) {
    result.r1 = AdaptiveGates.take(gate, 5, WINDOW_END);
  }

  /** The cap; not if the slots do not add up. */
  @Arbiter
  public void count(II_Result result) {
    boolean isRight = gate.count() == result.r1;
    gate.exit(slot, SUCCESS, WINDOW_END); // as another piece of work
    result.r2 = isRight ? AdaptiveGates.limitAfter(gate) : -1;
  }
}

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
 * Work ends and also ends its window, which raises the limit from two. Another thread takes all
 * slots that it can get, and could also end the window. If each prevents the other from doing it,
 * the next completed work ends the window (G1, G3 of AdaptiveGate).
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

  /** Counts the slots after the change, if they add up. */
  @Arbiter
  public void count(II_Result result) {
    boolean isRight = gate.count() == result.r1;
    gate.exit(slot, SUCCESS, WINDOW_END); // like other work
    result.r2 = isRight ? AdaptiveGates.limitAfter(gate) : -1;
  }
}

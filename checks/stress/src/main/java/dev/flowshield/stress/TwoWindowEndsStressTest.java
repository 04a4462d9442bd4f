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
 * Two threads complete work at the same time, and each could end the window. The window ends once,
 * and so does the next one (G3 of AdaptiveGate).
 */
@JCStressTest
@Outcome(id = "10000, 1", expect = ACCEPTABLE, desc = "Ended once, and the next window ends too.")
@Outcome(expect = FORBIDDEN, desc = "Counted twice or lost, or no window ends any more.")
@State
public class TwoWindowEndsStressTest {

  private final AdaptiveGate gate = AdaptiveGates.beforeWindowEnd();
  private final long one = AdaptiveGates.enter(gate, WINDOW_END - 1_000_000);
  private final long other = AdaptiveGates.enter(gate, WINDOW_END - 1_000_000);

  @Actor
  public void one() {
    gate.exit(one, SUCCESS, WINDOW_END);
  }

  @Actor
  public void other() {
    gate.exit(other, SUCCESS, WINDOW_END);
  }

  @Arbiter
  public void count(II_Result result) {
    result.r1 = gate.count() == 0 ? AdaptiveGates.limitAfter(gate) : -1;
    result.r2 = AdaptiveGates.canEndWindow(gate) ? 1 : 0;
  }
}

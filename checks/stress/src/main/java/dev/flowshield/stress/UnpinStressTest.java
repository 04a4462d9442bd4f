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
 * An operator unpins the limit while a window ends. The adaptive limit applies from this window on,
 * or from the next.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The next window brings the adaptive limit.")
@Outcome(id = "10000, 1", expect = ACCEPTABLE, desc = "This window has brought it.")
@Outcome(expect = FORBIDDEN, desc = "The limit is another one, or stays pinned.")
@State
public class UnpinStressTest {

  private final AdaptiveGate gate = AdaptiveGates.beforeWindowEnd();
  private final long slot = AdaptiveGates.enter(gate, WINDOW_END - 1_000_000);

  public UnpinStressTest() {
    gate.limit(1);
  }

  @Actor
  public void end() {
    gate.exit(slot, SUCCESS, WINDOW_END);
  }

  @Actor
  public void unpin() {
    gate.findLimit();
  }

  @Arbiter
  public void count(II_Result result) {
    result.r1 = gate.limit();
    result.r2 = gate.findsLimit() && AdaptiveGates.canEndWindow(gate) ? 1 : 0;
  }
}

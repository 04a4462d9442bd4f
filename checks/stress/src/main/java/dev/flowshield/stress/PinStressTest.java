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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * An operator pins the limit to one while a window ends with another limit. The pinned limit
 * applies from then on (G2 of AdaptiveGate).
 */
@JCStressTest
@Outcome(id = "1, [01], 1", expect = ACCEPTABLE, desc = "One slot, at once and later.")
@Outcome(expect = FORBIDDEN, desc = "The adaptive limit has replaced the pinned one.")
@State
public class PinStressTest {

  private final AdaptiveGate gate = AdaptiveGates.beforeWindowEnd();
  private final long slot = AdaptiveGates.enter(gate, WINDOW_END - 1_000_000);

  @Actor
  public void end() {
    gate.exit(slot, SUCCESS, WINDOW_END);
  }

  @Actor
  public void pin(III_Result result) {
    gate.limit(1);
    result.r1 = gate.limit();
    result.r2 = AdaptiveGates.take(gate, 3, WINDOW_END);
  }

  /** Counts the work in flight after all free slots have been taken. */
  @Arbiter
  public void count(III_Result result) {
    AdaptiveGates.take(gate, 3, WINDOW_END);
    result.r3 = gate.limit() == 1 && !gate.findsLimit() ? gate.count() : -1;
  }
}

package dev.flowshield.stress;

import static dev.flowshield.engine.overload.Outcome.SUCCESS;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.engine.overload.AdaptiveGate;
import dev.flowshield.engine.overload.Gate;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads enter and exit an adaptive gate with one slot (F1, F2 of InFlight). The thread in the
 * gate changes a plain field. The field shows whether both were in the gate at the same time, and
 * whether the second thread saw the write of the first.
 */
@JCStressTest
@Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "First, then second.")
@Outcome(id = "2, 1, 0", expect = ACCEPTABLE, desc = "Second, then first.")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The second was rejected.")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The first was rejected.")
@Outcome(expect = FORBIDDEN, desc = "Both were in at the same time, or a slot is lost.")
@State
public class AdaptiveGateStressTest {

  private final AdaptiveGate gate = new AdaptiveGate(1, 0);
  private int done;

  public AdaptiveGateStressTest() {
    gate.limit(1);
  }

  @Actor
  public void one(III_Result result) {
    result.r1 = work();
  }

  @Actor
  public void other(III_Result result) {
    result.r2 = work();
  }

  @Arbiter
  public void count(III_Result result) {
    result.r3 = gate.count();
  }

  private int work() {
    long slot = AdaptiveGates.enter(gate, 0);
    if (slot == Gate.NO_SLOT) {
      return 0;
    }
    done++;
    int seen = done;
    gate.exit(slot, SUCCESS, 0);
    return seen;
  }
}

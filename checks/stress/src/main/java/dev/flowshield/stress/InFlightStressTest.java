package dev.flowshield.stress;

import static dev.flowshield.engine.overload.Outcome.SUCCESS;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.InFlight;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads request one slot (F1, F2 of InFlight). The thread with the slot changes a plain
 * field. The field shows whether both had the slot at the same time, and whether the second thread
 * saw the write of the first.
 */
@JCStressTest
@Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "First, then second.")
@Outcome(id = "2, 1, 0", expect = ACCEPTABLE, desc = "Second, then first.")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The second was rejected.")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The first was rejected.")
@Outcome(expect = FORBIDDEN, desc = "Both were in at the same time, or a slot is lost.")
@State
public class InFlightStressTest {

  private final InFlight inFlight = new InFlight(1, false);
  private int done;

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
    result.r3 = inFlight.count();
  }

  private int work() {
    long slot = inFlight.tryEnter(1, Criticality.DEFAULT, 0, 0);
    if (slot == Gate.NO_SLOT) {
      return 0;
    }
    done++;
    int seen = done;
    inFlight.exit(slot, SUCCESS, 0);
    return seen;
  }
}

package dev.flowshield.redis.local;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two requests take of three permits while the store gives five more: none is given twice. */
@JCStressTest
@Outcome(id = "2, 2, 4", expect = ACCEPTABLE, desc = "Both had theirs.")
@Outcome(id = "2, 0, 6", expect = ACCEPTABLE, desc = "The other came before there were more.")
@Outcome(id = "0, 2, 6", expect = ACCEPTABLE, desc = "The one came before there were more.")
@Outcome(expect = FORBIDDEN, desc = "A permit was given twice, or was lost.")
@State
public class LeaseStressTest {

  private final Lease lease = RacingLeases.beingFilled(3);

  @Actor
  public void one(III_Result result) {
    result.r1 = RacingLeases.take(lease, 2);
  }

  @Actor
  public void other(III_Result result) {
    result.r2 = RacingLeases.take(lease, 2);
  }

  @Actor
  public void store() {
    lease.end(RacingLeases.giving(5), RacingLeases.NOW);
  }

  @Arbiter
  public void last(III_Result result) {
    result.r3 = RacingLeases.left(lease);
  }
}

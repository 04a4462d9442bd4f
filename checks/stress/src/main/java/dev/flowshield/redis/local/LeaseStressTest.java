package dev.flowshield.redis.local;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two requests take from three permits while the store grants five more. No permit is granted
 * twice.
 */
@JCStressTest
@Outcome(id = "2, 2, 4", expect = ACCEPTABLE, desc = "Both got their permits.")
@Outcome(id = "2, 0, 6", expect = ACCEPTABLE, desc = "The second came before the refill.")
@Outcome(id = "0, 2, 6", expect = ACCEPTABLE, desc = "The first came before the refill.")
@Outcome(expect = FORBIDDEN, desc = "A permit was granted twice, or was lost.")
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

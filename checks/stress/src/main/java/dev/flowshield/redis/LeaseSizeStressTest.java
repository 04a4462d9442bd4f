package dev.flowshield.redis;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Permits come back from two requests while the store is asked: never more than a lease has. */
@JCStressTest
@Outcome(id = "8", expect = ACCEPTABLE, desc = "As many as a lease may have.")
@Outcome(expect = FORBIDDEN, desc = "More than that, or fewer.")
@State
public class LeaseSizeStressTest {

  private final Lease lease = RacingLeases.with(3);

  @Actor
  public void one() {
    lease.giveBack(3, RacingLeases.MOST);
  }

  @Actor
  public void other() {
    long more = lease.beginAsking(RacingLeases.MOST, RacingLeases.NOW);
    if (more > 0) {
      lease.end(RacingLeases.giving(more), RacingLeases.NOW);
    }
    lease.giveBack(9, RacingLeases.MOST);
  }

  @Arbiter
  public void last(I_Result result) {
    result.r1 = RacingLeases.left(lease);
  }
}

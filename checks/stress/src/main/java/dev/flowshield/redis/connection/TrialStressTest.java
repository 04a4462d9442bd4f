package dev.flowshield.redis.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two requests find that a trial is due. One of them makes it. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The first makes it.")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The second makes it.")
@Outcome(expect = FORBIDDEN, desc = "Both make it, or neither does.")
@State
public class TrialStressTest {

  private final CircuitBreaker circuit = RacingBreakers.due();

  @Actor
  public void one(III_Result result) {
    result.r1 = circuit.beginTrial() ? 1 : 0;
  }

  @Actor
  public void other(III_Result result) {
    result.r2 = circuit.beginTrial() ? 1 : 0;
  }

  @Arbiter
  public void third(III_Result result) {
    result.r3 = circuit.beginTrial() ? 1 : 0;
  }
}

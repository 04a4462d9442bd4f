package dev.flowshield.redis.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two calls fail, each of which could open a circuit breaker. It opens once. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The first has opened it.")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The second has opened it.")
@Outcome(expect = FORBIDDEN, desc = "It was opened twice, or a failure is lost.")
@State
public class OpeningStressTest {

  private final CircuitBreaker circuit = RacingBreakers.afterFailures(4);

  @Actor
  public void one(III_Result result) {
    result.r1 = RacingBreakers.fail(circuit, 1);
  }

  @Actor
  public void other(III_Result result) {
    result.r2 = RacingBreakers.fail(circuit, 1);
  }

  @Arbiter
  public void count(III_Result result) {
    result.r3 = circuit.isClosed() ? -1 : (int) circuit.outages();
  }
}

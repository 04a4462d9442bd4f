package dev.flowshield.redis.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * A trial succeeds while calls fail, some of which started earlier. If all failures come after the
 * success, they open the circuit breaker again. Otherwise they are forgotten or counted.
 */
@JCStressTest
@Outcome(id = "1, 0, 1, 1", expect = ACCEPTABLE, desc = "Closed: too few failures after the trial.")
@Outcome(id = "1, 1, 2, 0", expect = ACCEPTABLE, desc = "Opened again by the last.")
@Outcome(expect = FORBIDDEN, desc = "The state contradicts the results of the calls.")
@State
public class TrialAndFailuresStressTest {

  private final CircuitBreaker circuit = RacingBreakers.onTrial();

  @Actor
  public void succeed(IIII_Result result) {
    result.r1 = circuit.succeeded(true) ? 1 : 0;
  }

  @Actor
  public void fail(IIII_Result result) {
    result.r2 = RacingBreakers.fail(circuit, 5);
  }

  @Arbiter
  public void read(IIII_Result result) {
    result.r3 = (int) circuit.outages();
    result.r4 = circuit.isClosed() && circuit.reason().isEmpty() ? 1 : 0;
  }
}

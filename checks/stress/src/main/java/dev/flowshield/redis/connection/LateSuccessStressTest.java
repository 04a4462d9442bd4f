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
 * A trial fails while an earlier call succeeds. The circuit breaker stays open, and its next trial
 * is due later.
 */
@JCStressTest
@Outcome(
    id = "0, 0, 1, 0",
    expect = ACCEPTABLE,
    desc = "Open, in the same outage, without another trial.")
@Outcome(expect = FORBIDDEN, desc = "An earlier call has closed it.")
@State
public class LateSuccessStressTest {

  private final CircuitBreaker circuit = RacingBreakers.onTrial();

  @Actor
  public void fail(IIII_Result result) {
    result.r1 = circuit.failed("timeout", true) ? 1 : 0;
  }

  @Actor
  public void succeed(IIII_Result result) {
    result.r2 = circuit.succeeded(false) ? 1 : 0;
  }

  @Arbiter
  public void read(IIII_Result result) {
    result.r3 = circuit.isClosed() ? -1 : (int) circuit.outages();
    result.r4 = circuit.beginTrial() ? 1 : 0;
  }
}

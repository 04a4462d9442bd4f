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
 * A trial succeeds while calls fail, some of which were made before. They open the breaker once
 * more if all of them come after it, and else are forgotten or counted.
 */
@JCStressTest
@Outcome(id = "1, 0, 1, 1", expect = ACCEPTABLE, desc = "Closed: too few came after the trial.")
@Outcome(id = "1, 1, 2, 0", expect = ACCEPTABLE, desc = "Opened again by the last.")
@Outcome(expect = FORBIDDEN, desc = "The state is not what the calls were told.")
@State
public class TrialAndFailuresStressTest {

  private final CircuitBreaker breaker = RacingBreakers.onTrial();

  @Actor
  public void succeed(IIII_Result result) {
    result.r1 = breaker.succeeded(true) ? 1 : 0;
  }

  @Actor
  public void fail(IIII_Result result) {
    result.r2 = RacingBreakers.fail(breaker, 5);
  }

  @Arbiter
  public void read(IIII_Result result) {
    result.r3 = (int) breaker.outages();
    result.r4 = breaker.isClosed() && breaker.reason().isEmpty() ? 1 : 0;
  }
}

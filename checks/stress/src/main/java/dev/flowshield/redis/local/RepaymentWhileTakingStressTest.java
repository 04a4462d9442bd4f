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
 * The debt of a key is charged while the key takes another permit, which is charged then or later.
 */
@JCStressTest
@Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "Taken after.")
@Outcome(id = "3, 1, 0", expect = ACCEPTABLE, desc = "Taken before.")
@Outcome(expect = FORBIDDEN, desc = "A permit was never charged, or twice.")
@State
public class RepaymentWhileTakingStressTest {

  private final IndebtedKey key = new IndebtedKey();

  @Actor
  public void pay(III_Result result) {
    result.r1 = key.pay();
  }

  @Actor
  public void take(III_Result result) {
    result.r2 = key.take(1);
  }

  @Arbiter
  public void last(III_Result result) {
    result.r3 = key.pay();
  }
}

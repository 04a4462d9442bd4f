package dev.flowshield.redis.local;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two requests find a debt of their key to the store. The debt is charged once. */
@JCStressTest
@Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "The first has paid.")
@Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "The second has paid.")
@Outcome(expect = FORBIDDEN, desc = "It is charged twice, or not at all.")
@State
public class RepaymentStressTest {

  private final IndebtedKey key = new IndebtedKey();

  @Actor
  public void one(III_Result result) {
    result.r1 = key.pay();
  }

  @Actor
  public void other(III_Result result) {
    result.r2 = key.pay();
  }

  @Arbiter
  public void last(III_Result result) {
    result.r3 = key.pay();
  }
}

package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.StripedAllowance;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A thread takes both permits while the limit is replaced by an equal one (H5 of StripedWord).
 * Time stops.
 */
@JCStressTest
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "Both were granted once.")
@Outcome(expect = FORBIDDEN, desc = "A permit was granted twice, or was lost.")
@State
public class ChangeStressTest {

  private static final long ANY = 1;
  private static final RateAlgorithm BEFORE = new Gcra(RateLimit.parse("2/day"));
  private static final RateAlgorithm AFTER = new Gcra(RateLimit.parse("2/day"));

  private final Allowance limit = new StripedAllowance(BEFORE, () -> 0);

  @Actor
  public void change() {
    limit.changeTo(AFTER);
  }

  @Actor
  public void take(II_Result result) {
    result.r1 = take() + take();
  }

  @Arbiter
  public void count(II_Result result) {
    result.r2 = take();
  }

  private int take() {
    return limit.take(ANY, 1, 0) == RateAlgorithm.REJECTED ? 0 : 1;
  }
}

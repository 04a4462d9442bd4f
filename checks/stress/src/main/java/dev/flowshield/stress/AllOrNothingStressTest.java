package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.StripedAllowance;
import dev.flowshield.engine.rate.Gcra;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Two threads request the last permit of one limit, after each has taken from another limit. Time
 * stops.
 */
@JCStressTest
@Outcome(
    id = "1, 0, 1, 0",
    expect = ACCEPTABLE,
    desc = "The first got it, and the second refunded its other permit.")
@Outcome(
    id = "0, 1, 1, 0",
    expect = ACCEPTABLE,
    desc = "The second got it, and the first refunded its other permit.")
@Outcome(expect = FORBIDDEN, desc = "A permit was granted twice, or was lost.")
@State
public class AllOrNothingStressTest {

  private static final long ANY = 1;

  private final Allowance roomy = new StripedAllowance(new Gcra(RateLimit.parse("2/day")), () -> 0);
  private final Allowance narrow =
      new StripedAllowance(new Gcra(RateLimit.parse("1/day")), () -> 0);
  private final Allowances limits = new Allowances(List.of(roomy, narrow));

  @Actor
  public void one(IIII_Result result) {
    result.r1 = take();
  }

  @Actor
  public void other(IIII_Result result) {
    result.r2 = take();
  }

  @Arbiter
  public void count(IIII_Result result) {
    result.r3 = (int) roomy.remaining(ANY, 0);
    result.r4 = (int) narrow.remaining(ANY, 0);
  }

  private int take() {
    return limits.take(ANY, 1, 0) ? 1 : 0;
  }
}

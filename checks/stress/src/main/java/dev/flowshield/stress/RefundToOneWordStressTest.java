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
 * One of two permits is refunded while another thread takes all permits that it can get, in a
 * single limit (B1 of Refunds). Time stops.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The refund came later, and is available.")
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "The refund came first.")
@Outcome(expect = FORBIDDEN, desc = "A permit was granted twice, or was lost.")
@State
public class RefundToOneWordStressTest {

  private static final long KEY = 7;

  private final Allowance limit = new StripedAllowance(new Gcra(RateLimit.parse("2/day")), () -> 0);
  private final long before = limit.ledger(KEY).stamp(KEY);
  private final long taken = limit.take(KEY, 1, 0);

  @Actor
  public void refund() {
    limit.ledger(KEY).refund(KEY, taken, before, 1);
  }

  @Actor
  public void take(II_Result result) {
    result.r1 = takeAll();
  }

  @Arbiter
  public void count(II_Result result) {
    result.r2 = takeAll();
  }

  private int takeAll() {
    int admitted = 0;
    while (limit.take(KEY, 1, 0) != RateAlgorithm.REJECTED) {
      admitted++;
    }
    return admitted;
  }
}

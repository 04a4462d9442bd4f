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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads empty and fill cells, and one of them changes the limit to an equal one (H1 of
 * Cells, H5 of StripedWord). Time stops, so the permits taken and the permits remaining always add
 * up to the burst.
 */
@JCStressTest
@Outcome(id = "600, 600, 0", expect = ACCEPTABLE, desc = "Each permit was granted once.")
@Outcome(expect = FORBIDDEN, desc = "A permit was granted twice, or was lost.")
@State
public class CellStressTest {

  private static final long BURST = 1_000_000;
  private static final RateAlgorithm ALGORITHM = new Gcra(RateLimit.parse("1/s burst " + BURST));
  private static final long ANY = 1;

  private final Allowance limit = new StripedAllowance(ALGORITHM, () -> 0);

  @Actor
  public void take(III_Result result) {
    result.r1 = takeMany();
  }

  @Actor
  public void changeAndTake(III_Result result) {
    limit.changeTo(ALGORITHM);
    result.r2 = takeMany();
  }

  @Arbiter
  public void count(III_Result result) {
    result.r3 = (int) (BURST - limit.remaining(ANY, 0) - result.r1 - result.r2);
  }

  /**
   * Takes more than a cell holds, in threes, so that cells are filled while some permits remain in
   * them.
   */
  private int takeMany() {
    int taken = 0;
    for (int i = 0; i < 200; i++) {
      taken += limit.tryTake(ANY, 3) ? 3 : 0;
    }
    return taken;
  }
}

package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * An idle key returns at the moment when its slot passes to a new key (S3 of Words, K2 of Segment).
 */
@JCStressTest
@Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "Each got its two permits, in any slot.")
@Outcome(expect = FORBIDDEN, desc = "A permit was granted twice, or was lost.")
@State
public class ReuseStressTest {

  private static final RateAlgorithm TWO_PERMITS = new Gcra(RateLimit.parse("2/day"));
  private static final long HALF_A_DAY = 43_200_000_000_000L;
  private static final int SLOTS_AT_FIRST = 8;

  private long now;
  private final KeyTable table = new KeyTable(TWO_PERMITS, () -> now, 64);
  private final long owner = KeyTable.hashOf("owner");
  private final long newcomer = KeyTable.hashOf("newcomer");

  public ReuseStressTest() {
    take(owner, 1);
    for (int i = 1; i < SLOTS_AT_FIRST; i++) {
      take(KeyTable.hashOf("other " + i), 2);
    }
    now = HALF_A_DAY; // so only the permit of the owner was refilled
  }

  @Actor
  public void comeBack(IIII_Result result) {
    result.r1 = take(owner, 2) + take(owner, 1);
  }

  @Actor
  public void comeAnew(IIII_Result result) {
    result.r2 = take(newcomer, 1);
  }

  @Arbiter
  public void count(IIII_Result result) {
    result.r3 = take(owner, 1);
    result.r4 = take(newcomer, 1) + take(newcomer, 1);
  }

  private int take(long key, long permits) {
    return table.take(key, permits, AnswerFactory.YES_OR_NO) ? 1 : 0;
  }
}

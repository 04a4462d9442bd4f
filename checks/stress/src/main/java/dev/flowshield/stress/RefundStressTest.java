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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A slot passes to a new key, whose refund restores the word of the previous owner (S4). If the
 * previous owner takes a permit at that moment, it takes it from its own allowance, never only from
 * that of the new key.
 */
@JCStressTest
@Outcome(
    id = "2, 0, [012]",
    expect = ACCEPTABLE,
    desc = "the owner's burst; a new key may pay for a mix-up")
@Outcome(expect = FORBIDDEN, desc = "the owner got more than its burst, or less")
@State
public class RefundStressTest {

  private static final RateAlgorithm TWO_PERMITS = new Gcra(RateLimit.parse("2/day"));
  private static final long HALF_A_DAY = 43_200_000_000_000L;
  private static final int SLOTS_AT_FIRST = 8;

  private long now;
  private final KeyTable table = new KeyTable(TWO_PERMITS, () -> now, 64);
  private final long owner = KeyTable.hashOf("owner");
  private final long newcomer = KeyTable.hashOf("newcomer");

  public RefundStressTest() {
    take(owner, 1);
    for (int i = 1; i < SLOTS_AT_FIRST; i++) {
      take(KeyTable.hashOf("other " + i), 2);
    }
    now = HALF_A_DAY; // so only the permit of the owner was just refilled
  }

  @Actor
  public void comeBack(III_Result result) {
    result.r1 = take(owner, 1) + take(owner, 1);
  }

  @Actor
  public void comeAndGo() {
    long stamp = table.ledger(newcomer).stamp(newcomer);
    long taken = table.take(newcomer, 1, now);
    table.ledger(newcomer).refund(newcomer, taken, stamp, 1);
  }

  @Arbiter
  public void count(III_Result result) {
    result.r2 = take(owner, 1);
    result.r3 = take(newcomer, 1) + take(newcomer, 1);
  }

  private int take(long key, long permits) {
    return table.take(key, permits, AnswerFactory.YES_OR_NO) ? 1 : 0;
  }
}

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
 * A known key takes its last permit while a new key without a slot makes the table grow (K5 of
 * Slots). Time stops.
 */
@JCStressTest
@Outcome(
    id = "1, 1, 0",
    expect = ACCEPTABLE,
    desc = "The last permit was granted once, and the new key got its own.")
@Outcome(expect = FORBIDDEN, desc = "A permit was granted twice, or was lost.")
@State
public class GrowthStressTest {

  private static final RateAlgorithm TWO_PERMITS = new Gcra(RateLimit.parse("2/day"));
  private static final int SLOTS_AT_FIRST = 8;

  private final KeyTable table = new KeyTable(TWO_PERMITS, () -> 0, 64);
  private final long known = KeyTable.hashOf("known");
  private final long newcomer = KeyTable.hashOf("newcomer");

  public GrowthStressTest() {
    take(known); // moved first, so the most time passes until the new array is published
    for (int i = 1; i < SLOTS_AT_FIRST; i++) {
      take(KeyTable.hashOf("other " + i));
    }
  }

  @Actor
  public void hit(III_Result result) {
    result.r1 = take(known) + take(known);
  }

  @Actor
  public void grow(III_Result result) {
    result.r2 = take(newcomer);
  }

  @Arbiter
  public void count(III_Result result) {
    result.r3 = take(known);
  }

  private int take(long key) {
    return table.take(key, 1, AnswerFactory.YES_OR_NO) ? 1 : 0;
  }
}

package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.ShieldStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Failed work ends while the statistics are read. It is in flight, or it is counted as failed. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Read before the end.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The end came between the two numbers.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Read after the end.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The work ended, and its outcome is missing.")
@State
public class OutcomeStressTest {

  private final FlowShield shield = FlowShield.builder().inFlight(4).build();
  private final Admitted admitted = (Admitted) shield.admit();

  @Actor
  public void failAndClose() {
    admitted.failed();
    admitted.close();
  }

  @Actor
  public void read(II_Result result) {
    ShieldStats stats = shield.stats();
    result.r1 = stats.inFlight();
    result.r2 = (int) stats.failed();
  }
}

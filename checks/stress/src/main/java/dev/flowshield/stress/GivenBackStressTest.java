package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.engine.rate.GivenBack;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads count what they gave back, of two keys that share a count which is not there yet. */
@JCStressTest
@Outcome(id = "3", expect = ACCEPTABLE, desc = "Both were counted.")
@Outcome(expect = FORBIDDEN, desc = "One was counted in an array that the other replaced.")
@State
public class GivenBackStressTest {

  private final GivenBack counts = new GivenBack(1);

  @Actor
  public void one() {
    counts.add(5, 1);
  }

  @Actor
  public void other() {
    counts.add(6, 2);
  }

  @Arbiter
  public void count(I_Result result) {
    result.r1 = (int) counts.of(7);
  }
}

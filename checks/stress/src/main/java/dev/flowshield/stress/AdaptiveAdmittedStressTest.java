package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.Ticker;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads close one admission at the same time, one of them as ignored, and then admit work
 * that stays. The adaptive limit is pinned to two, and one slot is taken (A1 of Admitted, F2 of
 * InFlight).
 */
@JCStressTest
@Outcome(
    id = "1, 0, 2",
    expect = ACCEPTABLE,
    desc = "The slot was released once, and the first got it.")
@Outcome(
    id = "0, 1, 2",
    expect = ACCEPTABLE,
    desc = "The slot was released once, and the second got it.")
@Outcome(expect = FORBIDDEN, desc = "It was released twice or never, or both got it.")
@State
public class AdaptiveAdmittedStressTest {

  private static final Ticker STANDING_STILL = () -> 0;

  private final FlowShield shield =
      FlowShield.builder().inFlight(InFlightLimit.auto()).ticker(STANDING_STILL).build();
  private final Admitted admitted;

  public AdaptiveAdmittedStressTest() {
    shield.changeInFlight(2);
    admitted = (Admitted) shield.admit();
    shield.admit();
  }

  @Actor
  public void close(III_Result result) {
    admitted.close();
    result.r1 = admit();
  }

  @Actor
  public void ignoreAndClose(III_Result result) {
    admitted.ignored();
    admitted.close();
    result.r2 = admit();
  }

  @Arbiter
  public void count(III_Result result) {
    result.r3 = shield.stats().inFlight();
  }

  private int admit() {
    return shield.admit() instanceof Admitted ? 1 : 0;
  }
}

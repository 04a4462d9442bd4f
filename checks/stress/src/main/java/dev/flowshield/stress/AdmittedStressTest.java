package dev.flowshield.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.ShieldStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads close one admission at the same time, and one of them reports a failure (A1 of
 * Admitted).
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One slot released, and the failure was counted.")
@Outcome(
    id = "1, 0",
    expect = ACCEPTABLE,
    desc = "One slot released, before the failure was reported.")
@Outcome(
    expect = FORBIDDEN,
    desc = "A slot was released twice or never, or a failure counted twice.")
@State
public class AdmittedStressTest {

  private final FlowShield shield = FlowShield.builder().inFlight(4).build();
  private final Admitted admitted = (Admitted) shield.admit();

  /** Admits one more request, so that a slot released twice is visible. */
  public AdmittedStressTest() {
    shield.admit();
  }

  @Actor
  public void close() {
    admitted.close();
  }

  @Actor
  public void failAndClose() {
    admitted.failed();
    admitted.close();
  }

  @Arbiter
  public void count(II_Result result) {
    ShieldStats stats = shield.stats();
    result.r1 = stats.inFlight();
    result.r2 = (int) stats.failed();
  }
}

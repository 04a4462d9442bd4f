package dev.flowshield.redis;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A key is forgotten while its entry is replaced by that of another key. The new entry stays. */
@JCStressTest
@Outcome(
    id = "0, [01], 1",
    expect = ACCEPTABLE,
    desc = "The first is forgotten, and the second is not.")
@Outcome(expect = FORBIDDEN, desc = "A forgotten rejection is found, or another is lost.")
@State
public class ForgottenRejectionStressTest {

  private final TwoRejections denials = new TwoRejections();

  public ForgottenRejectionStressTest() {
    denials.addOther();
  }

  @Actor
  public void add() {
    denials.addOne();
  }

  @Actor
  public void forget(III_Result result) {
    denials.forgetOther();
    result.r1 = denials.findOther();
    result.r2 = denials.findOne();
  }

  @Arbiter
  public void find(III_Result result) {
    result.r3 = denials.findOne();
  }
}

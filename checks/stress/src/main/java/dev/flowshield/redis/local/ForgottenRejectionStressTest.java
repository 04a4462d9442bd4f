package dev.flowshield.redis.local;

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

  private final TwoRejections rejections = new TwoRejections();

  public ForgottenRejectionStressTest() {
    rejections.addOther();
  }

  @Actor
  public void add() {
    rejections.addOne();
  }

  @Actor
  public void forget(III_Result result) {
    rejections.forgetOther();
    result.r1 = rejections.findOther();
    result.r2 = rejections.findOne();
  }

  @Arbiter
  public void find(III_Result result) {
    result.r3 = rejections.findOne();
  }
}

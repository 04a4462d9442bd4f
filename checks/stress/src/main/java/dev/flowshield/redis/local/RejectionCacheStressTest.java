package dev.flowshield.redis.local;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A rejection replaces that of another key. Each is found whole, or is not found. */
@JCStressTest
@Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "Before.")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The slot was replaced in between.")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "After.")
@Outcome(expect = FORBIDDEN, desc = "A key has the rejection of another.")
@State
public class RejectionCacheStressTest {

  private final TwoRejections rejections = new TwoRejections();

  public RejectionCacheStressTest() {
    rejections.addOther();
  }

  @Actor
  public void add() {
    rejections.addOne();
  }

  @Actor
  public void find(II_Result result) {
    result.r1 = rejections.findOne();
    result.r2 = rejections.findOther();
  }
}

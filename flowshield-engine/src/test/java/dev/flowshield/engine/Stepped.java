package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.Altered;
import dev.flowshield.engine.rate.Gcra;

/** A token bucket of three a day at which something else happens at one of its steps. */
final class Stepped extends Altered {

  Runnable hook = () -> {};
  int stepsLeft; // until then; none once it is below 1

  Stepped() {
    super(new Gcra(RateLimit.parse("3/day")));
  }

  @Override
  public long step(long word, long now, long permits) {
    stepsLeft--;
    if (stepsLeft == 0) {
      hook.run();
    }
    return super.step(word, now, permits);
  }
}

package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;

/** A token bucket of three a day at which something else happens at one of its steps. */
final class Stepped implements RateAlgorithm {

  private final RateAlgorithm bucket = new Gcra(RateLimit.parse("3/day"));
  Runnable hook = () -> {};
  int stepsLeft; // until then; none once it is below 1

  @Override
  public long step(long word, long now, long permits) {
    stepsLeft--;
    if (stepsLeft == 0) {
      hook.run();
    }
    return bucket.step(word, now, permits);
  }

  @Override
  public long idle(long now) {
    return bucket.idle(now);
  }

  @Override
  public boolean isIdle(long word, long now) {
    return bucket.isIdle(word, now);
  }

  @Override
  public long giveBack(long word, long taken, long givenBack, long now, long permits) {
    return bucket.giveBack(word, taken, givenBack, now, permits);
  }

  @Override
  public long charge(long word, long now, long permits) {
    return bucket.charge(word, now, permits);
  }

  @Override
  public long remaining(long word, long now) {
    return bucket.remaining(word, now);
  }

  @Override
  public long retryAfterNanos(long word, long now, long permits) {
    return bucket.retryAfterNanos(word, now, permits);
  }

  @Override
  public long burst() {
    return bucket.burst();
  }
}

package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.engine.rate.SingleLimit;
import org.jspecify.annotations.Nullable;

/** What all clients together may. */
final class EveryoneLimit {

  private static final long EVERYONE = 1;

  private final Judge judge;
  private final SingleLimit permits;

  EveryoneLimit(RateLimit limit, Ticker ticker) {
    this.permits = new SingleLimit(new Gcra(limit), ticker);
    this.judge = new Judge(OverLimit.Scope.EVERYONE, limit, permits);
  }

  @Nullable
  OverLimit judge(long now, long count) {
    return judge.judge(EVERYONE, now, count);
  }

  /** As {@link SingleLimit#take(long, long, long)}. */
  long take(long count, long now) {
    return permits.take(EVERYONE, count, now);
  }

  long givenBack() {
    return permits.givenBack(EVERYONE);
  }

  void giveBack(long taken, long before, long count) {
    permits.giveBack(EVERYONE, taken, before, count);
  }

  long maxPermits() {
    return judge.limit().burst();
  }
}

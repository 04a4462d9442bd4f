package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.engine.rate.SingleLimit;
import org.jspecify.annotations.Nullable;

/** What all clients together may. */
final class EveryoneLimit {

  private final Judge judge;
  private final SingleLimit permits;

  EveryoneLimit(RateLimit limit, Ticker ticker) {
    this.judge = new Judge(OverLimit.Scope.EVERYONE, limit, new Gcra(limit));
    this.permits = new SingleLimit(judge.algorithm(), ticker);
  }

  long word() {
    return permits.word();
  }

  @Nullable
  OverLimit judge(long word, long now, long count) {
    return judge.judge(word, now, count);
  }

  /** As {@link SingleLimit#take(long, long)}. */
  long take(long count, long now) {
    return permits.take(count, now);
  }

  void giveBack(long taken, long count) {
    permits.giveBack(taken, count);
  }

  long maxPermits() {
    return judge.limit().burst();
  }
}

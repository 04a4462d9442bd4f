package dev.flowshield.engine.rate;

import dev.flowshield.spi.RateAlgorithm;

/** An algorithm like another, but for what a test overrides. */
public class Altered implements RateAlgorithm {

  private final RateAlgorithm original;

  public Altered(RateAlgorithm original) {
    this.original = original;
  }

  @Override
  public long idle(long now) {
    return original.idle(now);
  }

  @Override
  public boolean isIdle(long word, long now) {
    return original.isIdle(word, now);
  }

  @Override
  public long step(long word, long now, long permits) {
    return original.step(word, now, permits);
  }

  @Override
  public long refund(long word, long taken, long refunded, long now, long permits) {
    return original.refund(word, taken, refunded, now, permits);
  }

  @Override
  public long charge(long word, long now, long permits) {
    return original.charge(word, now, permits);
  }

  @Override
  public long remaining(long word, long now) {
    return original.remaining(word, now);
  }

  @Override
  public long retryAfterNanos(long word, long now, long permits) {
    return original.retryAfterNanos(word, now, permits);
  }

  @Override
  public long burst() {
    return original.burst();
  }
}

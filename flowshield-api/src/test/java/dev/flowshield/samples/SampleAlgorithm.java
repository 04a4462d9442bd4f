package dev.flowshield.samples;

import dev.flowshield.spi.RateAlgorithm;

/** An algorithm that admits everything. */
public final class SampleAlgorithm implements RateAlgorithm {
  @Override
  public long idle(long now) {
    return 0;
  }

  @Override
  public boolean isIdle(long word, long now) {
    return true;
  }

  @Override
  public long step(long word, long now, long permits) {
    return word + 2;
  }

  @Override
  public long refund(long word, long taken, long refunded, long now, long permits) {
    return word;
  }

  @Override
  public long charge(long word, long now, long permits) {
    return word + 2;
  }

  @Override
  public long remaining(long word, long now) {
    return 3;
  }

  @Override
  public long retryAfterNanos(long word, long now, long permits) {
    return 1;
  }

  @Override
  public long burst() {
    return 3;
  }
}

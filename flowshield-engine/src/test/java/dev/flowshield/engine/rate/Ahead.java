package dev.flowshield.engine.rate;

/** Takes permits ahead of time, as a {@link Lease} does. */
public final class Ahead {

  private Ahead() {}

  /** The word after taking as if it were so much later, or {@link dev.flowshield.spi.RateAlgorithm#REJECTED}. */
  public static long take(Allowances limit, long hash, long permits, long now, long ahead) {
    long taken;
    do {
      taken = limit.takeAhead(hash, permits, now + ahead, limit.word(hash));
    } while (taken == Slots.MOVING);
    return taken;
  }
}

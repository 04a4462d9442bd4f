package dev.flowshield.engine.rate;

import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Objects;

/**
 * One allowance without a key.
 *
 * <p>Thread-safe, lock-free, allocates nothing; 128 bytes and more around its word keep other threads' data off its cache line.
 */
public final class SingleLimit {

  // The slot stands in the middle of two cache lines and more on either side: neighbours are
  // fetched in pairs.
  private static final int AT = 16;
  private static final int LENGTH = 34;
  private static final long NOBODY = 0;

  private final RateAlgorithm algorithm;
  private final Ticker ticker;
  private final long[] slot = new long[LENGTH];

  public SingleLimit(RateAlgorithm algorithm, Ticker ticker) {
    this.algorithm = algorithm;
    this.ticker = ticker;
    Slots.word(slot, AT, algorithm.idle(ticker.nanos()));
  }

  /** Takes permits at a reading of the clock of its own. */
  public <T> T take(long permits, Answer<T> answer) {
    return Objects.requireNonNull(
        Slots.take(slot, AT, NOBODY, algorithm, ticker, permits, answer)); // it never moves
  }

  /**
   * Takes permits by a reading of the clock that the caller has; reads it anew only if that one refuses.
   *
   * @return the word after it, for {@link #giveBack}, or {@link RateAlgorithm#REJECTED}
   */
  public long take(long permits, long now) {
    long taken = Slots.tryTake(slot, AT, NOBODY, algorithm, now, permits);
    return taken == RateAlgorithm.REJECTED ? take(permits, Answer.WORD) : taken;
  }

  /** What is remembered. */
  public long word() {
    return Slots.word(slot, AT);
  }

  /** Gives back permits that {@link #take(long, long)} took and nobody used. */
  public void giveBack(long taken, long permits) {
    // Word, then clock, then exchange: whatever else was taken is in the word, so at readings that
    // this one has passed. With the
    // clock first, a permit that has come back by itself could be given back a second time.
    long word;
    long next;
    do {
      word = word();
      next = algorithm.giveBack(word, taken, 0, ticker.nanos(), permits);
    } while (Slots.exchange(slot, AT, word, next) != word);
  }

  public RateAlgorithm algorithm() {
    return algorithm;
  }
}

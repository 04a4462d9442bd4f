package dev.flowshield.engine.allowance;

import dev.flowshield.spi.RateAlgorithm;

/** Takes permits ahead of time, as a caller that waits does. */
public final class Ahead {

  private Ahead() {}

  /** The word after taking as if it were so much later, or {@link RateAlgorithm#REJECTED}. */
  public static long take(Allowance limit, long hash, long permits, long now, long ahead) {
    return taking(limit, hash, permits, now + ahead).taken();
  }

  /** What an undo needs to know of a taking as of a time. */
  public static Ledger.FutureTake taking(Allowance limit, long hash, long permits, long then) {
    Ledger.FutureTake taking = new Ledger.FutureTake(hash, permits, then);
    limit.ledger(hash).takeAhead(taking);
    return taking;
  }

  /** Whether a taking ahead was undone. */
  public static boolean undo(Allowance limit, long hash, Ledger.FutureTake taking) {
    return limit.ledger(hash).undo(taking);
  }
}

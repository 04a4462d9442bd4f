package dev.flowshield.redis;

import java.util.List;

/** What the script has answered of one key. */
final class Reply {

  private static final int HEAD = 3;
  private static final long MOST_DEBT = (1L << 48) - 1; // as the script has it

  private final long granted;
  private final long time;
  private final long epoch;
  private final long[] debts;
  private final long[] refunded;

  private Reply(long granted, long time, long epoch, long[] debts, long[] refunded) {
    this.granted = granted;
    this.time = time;
    this.epoch = epoch;
    this.debts = debts;
    this.refunded = refunded;
  }

  /**
   * Reads an answer.
   *
   * @throws StoreFailure if it is none for so many rates
   */
  static Reply of(List<?> values, int rates) {
    if (values.size() != HEAD + 2 * rates) {
      throw new StoreFailure(StoreFailure.MALFORMED);
    }
    long[] debts = new long[rates];
    long[] refunded = new long[rates];
    for (int i = 0; i < rates; i++) {
      debts[i] = number(values.get(HEAD + 2 * i));
      refunded[i] = number(values.get(HEAD + 2 * i + 1));
      if (debts[i] < 0 || debts[i] > MOST_DEBT) {
        throw new StoreFailure(StoreFailure.MALFORMED);
      }
    }
    return new Reply(
        number(values.get(0)), number(values.get(1)), number(values.get(2)), debts, refunded);
  }

  private static long number(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new StoreFailure(StoreFailure.MALFORMED);
  }

  /** The permits that were taken. */
  long granted() {
    return granted;
  }

  /** The time of the store, in ticks. */
  long time() {
    return time;
  }

  /** The epoch of the key's value, within which permits are refunded. */
  long epoch() {
    return epoch;
  }

  /** What each rate owes now; not to be changed. */
  long[] debts() {
    return debts;
  }

  /** What was refunded of each rate in this epoch; not to be changed. */
  long[] refunded() {
    return refunded;
  }
}

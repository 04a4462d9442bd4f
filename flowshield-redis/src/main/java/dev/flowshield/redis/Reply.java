package dev.flowshield.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the script has answered of one key. */
final class Reply {

  private static final int TOGETHER = 2; // values that are for all keys
  private static final long MOST_DEBT = (1L << 48) - 1; // as the script has it

  /** Of a store that gives nothing, as it did not answer. */
  static final Reply NOTHING = new Reply(0, 0, 0, new long[0], new long[0]);

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
   * Reads an answer of one key.
   *
   * @throws StoreFailure if it is none for so many rates
   */
  static Reply of(List<?> values, int rates) {
    return all(values, rates).get(0);
  }

  /**
   * Reads an answer of several keys.
   *
   * @param rates how many each key has
   * @throws StoreFailure if it is none for them
   */
  static List<Reply> all(List<?> values, int... rates) {
    if (values.size() != TOGETHER + rates.length + 2 * IntStream.of(rates).sum()) {
      throw new StoreFailure(StoreFailure.MALFORMED);
    }
    long granted = number(values.get(0));
    long time = number(values.get(1));
    List<Reply> replies = new ArrayList<>(rates.length);
    int at = TOGETHER;
    for (int count : rates) {
      long epoch = number(values.get(at++));
      long[] debts = new long[count];
      long[] refunded = new long[count];
      for (int i = 0; i < count; i++) {
        debts[i] = number(values.get(at++));
        refunded[i] = number(values.get(at++));
        if (debts[i] < 0 || debts[i] > MOST_DEBT) {
          throw new StoreFailure(StoreFailure.MALFORMED);
        }
      }
      replies.add(new Reply(granted, time, epoch, debts, refunded));
    }
    return replies;
  }

  private static long number(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new StoreFailure(StoreFailure.MALFORMED);
  }

  /** What it would have said when the last of its permits, so many, were not taken yet. */
  Reply before(long permits, StoredRates rates) {
    long[] then = new long[rates.size()];
    for (int i = 0; i < debts.length; i++) {
      then[i] = Math.max(0, debts[i] - permits * rates.get(i).price());
    }
    return new Reply(
        granted, time, epoch, then, debts.length == 0 ? new long[rates.size()] : refunded);
  }

  /**
   * What it says to one of several requests for a permit each that were asked as one: the first of
   * them have the permits that were there.
   */
  Reply inPlace(int place, StoredRates rates) {
    if (place >= granted) {
      return new Reply(0, time, epoch, debts, refunded);
    }
    Reply then = before(granted - 1 - place, rates); // without those that were taken after it
    return new Reply(1, time, epoch, then.debts, refunded);
  }

  /** The permits that were taken; of several keys, those of the first. */
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

package dev.flowshield.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the script has answered of one key. */
final class ScriptReply {

  private static final int HEAD = 18; // bytes that are for all keys
  private static final int OF_KEY = 7;
  private static final int OF_RATE = 12;
  private static final long MOST_DEBT = (1L << 48) - 1; // which has no sign

  /** Of a store that gives nothing, as it did not answer. */
  static final ScriptReply NOTHING = new ScriptReply(0, 0, 0, new long[0], new long[0]);

  private final long granted;
  private final long time;
  private final long epoch;
  private final long[] debts;
  private final long[] refunded;

  ScriptReply(long granted, long time, long epoch, long[] debts, long[] refunded) {
    this.granted = granted;
    this.time = time;
    this.epoch = epoch;
    this.debts = debts;
    this.refunded = refunded;
  }

  /**
   * Reads the reply to a question, with one part for each of its keys.
   *
   * @throws StoreFailure if it is not a reply to this question
   */
  static List<ScriptReply> all(ScriptCall question, byte @Nullable [] packed) {
    int[] rates = question.rates();
    int size = HEAD + OF_KEY * rates.length + OF_RATE * IntStream.of(rates).sum();
    if (packed == null || packed.length != size || number(packed, 0, 4) != question.id()) {
      throw new StoreFailure(StoreFailure.MALFORMED);
    }
    long granted = number(packed, 4, 7);
    if (granted < 0 || granted > question.permits()) {
      throw new StoreFailure(StoreFailure.MALFORMED);
    }
    long time = number(packed, 11, 7);
    List<ScriptReply> replies = new ArrayList<>(rates.length);
    int at = HEAD;
    for (int count : rates) {
      long epoch = number(packed, at, 7);
      at += OF_KEY;
      long[] debts = new long[count];
      long[] refunded = new long[count];
      for (int i = 0; i < count; i++, at += OF_RATE) {
        debts[i] = number(packed, at, 6) & MOST_DEBT;
        refunded[i] = number(packed, at + 6, 6) & MOST_DEBT;
      }
      replies.add(new ScriptReply(granted, time, epoch, debts, refunded));
    }
    return replies;
  }

  /** Unpacks a number of so many bytes, the lowest first, with a sign. */
  private static long number(byte[] packed, int from, int size) {
    long number = packed[from + size - 1]; // which has the sign
    for (int i = from + size - 2; i >= from; i--) {
      number = number << 8 | (packed[i] & 0xFF);
    }
    return number;
  }

  /** What it would have said when the last of its permits, so many, were not taken yet. */
  ScriptReply before(long permits, StoredRates rates) {
    long[] then = new long[rates.size()];
    for (int i = 0; i < debts.length; i++) {
      then[i] = Math.max(0, debts[i] - permits * rates.get(i).price());
    }
    return new ScriptReply(
        granted, time, epoch, then, debts.length == 0 ? new long[rates.size()] : refunded);
  }

  /**
   * What it says to one of several requests for a permit each that were asked as one: the first of
   * them have the permits that were there.
   */
  ScriptReply inPlace(int place, StoredRates rates) {
    if (place >= granted) {
      return new ScriptReply(0, time, epoch, debts, refunded);
    }
    ScriptReply then = before(granted - 1 - place, rates); // without those that were taken after it
    return new ScriptReply(1, time, epoch, then.debts, refunded);
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

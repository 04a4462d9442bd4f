package dev.flowshield.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the script has answered of one key. */
final class Reply {

  private static final int HEAD = 11; // bytes that are for all keys
  private static final int OF_RATE = 6;
  private static final long MOST_DEBT = (1L << 48) - 1; // which has no sign

  /** Of a store that gives nothing, as it did not answer. */
  static final Reply NOTHING = new Reply(0, new long[0]);

  private final long granted;
  private final long[] debts;

  Reply(long granted, long[] debts) {
    this.granted = granted;
    this.debts = debts;
  }

  /**
   * Reads the reply to a question, with one part for each of its keys.
   *
   * @throws StoreFailure if it is not a reply to this question
   */
  static List<Reply> all(Question question, byte @Nullable [] packed) {
    int[] rates = question.rates();
    int size = HEAD + OF_RATE * IntStream.of(rates).sum();
    if (packed == null || packed.length != size || number(packed, 0, 4) != question.id()) {
      throw new StoreFailure(StoreFailure.MALFORMED);
    }
    long granted = number(packed, 4, 7);
    if (granted < 0 || granted > question.permits()) {
      throw new StoreFailure(StoreFailure.MALFORMED);
    }
    List<Reply> replies = new ArrayList<>(rates.length);
    int at = HEAD;
    for (int count : rates) {
      long[] debts = new long[count];
      for (int i = 0; i < count; i++, at += OF_RATE) {
        debts[i] = number(packed, at, OF_RATE) & MOST_DEBT;
      }
      replies.add(new Reply(granted, debts));
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
  Reply before(long permits, StoredRates rates) {
    long[] then = new long[rates.size()];
    for (int i = 0; i < debts.length; i++) {
      then[i] = Math.max(0, debts[i] - permits * rates.get(i).price());
    }
    return new Reply(granted, then);
  }

  /**
   * What it says to one of several requests for a permit each that were asked as one: the first of
   * them have the permits that were there.
   */
  Reply inPlace(int place, StoredRates rates) {
    if (place >= granted) {
      return new Reply(0, debts);
    }
    Reply then = before(granted - 1 - place, rates); // without those that were taken after it
    return new Reply(1, then.debts);
  }

  /** The permits that were taken; of several keys, those of the first. */
  long granted() {
    return granted;
  }

  /** What each rate owes now; not to be changed. */
  long[] debts() {
    return debts;
  }
}

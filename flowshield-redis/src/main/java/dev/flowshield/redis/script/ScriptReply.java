package dev.flowshield.redis.script;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The reply of the script about one key. */
public final class ScriptReply {

  private static final int HEAD = 11; // bytes of all keys together
  private static final int OF_RATE = 6;
  private static final long MOST_DEBT = (1L << 48) - 1; // unsigned

  /** The reply in place of a missing one: it grants nothing. */
  public static final ScriptReply NOTHING = new ScriptReply(0, new long[0]);

  private final long granted;
  private final long[] debts;

  public ScriptReply(long granted, long[] debts) {
    this.granted = granted;
    this.debts = debts;
  }

  /**
   * Parses the reply to a call. Returns one reply for each key.
   *
   * @throws IllegalArgumentException if it is not a reply to this call
   */
  public static List<ScriptReply> parse(ScriptCall call, byte @Nullable [] packed) {
    int[] rates = call.rates();
    int size = HEAD + OF_RATE * IntStream.of(rates).sum();
    if (packed == null || packed.length != size || number(packed, 0, 4) != call.id()) {
      throw new IllegalArgumentException("malformed reply");
    }
    long granted = number(packed, 4, 7);
    if (granted < 0 || granted > call.permits()) {
      throw new IllegalArgumentException("malformed reply");
    }
    List<ScriptReply> replies = new ArrayList<>(rates.length);
    int at = HEAD;
    for (int count : rates) {
      long[] debts = new long[count];
      for (int i = 0; i < count; i++, at += OF_RATE) {
        debts[i] = number(packed, at, OF_RATE) & MOST_DEBT;
      }
      replies.add(new ScriptReply(granted, debts));
    }
    return replies;
  }

  /** Returns a signed number of several bytes, the lowest byte first. */
  private static long number(byte[] packed, int from, int size) {
    long number = packed[from + size - 1]; // with the sign
    for (int i = from + size - 2; i >= from; i--) {
      number = number << 8 | (packed[i] & 0xFF);
    }
    return number;
  }

  /** Returns this reply as of the time before the last of its permits were taken. */
  private ScriptReply before(long permits, StoredRates rates) {
    long[] then = new long[rates.size()];
    for (int i = 0; i < debts.length; i++) {
      then[i] = Math.max(0, debts[i] - permits * rates.get(i).price());
    }
    return new ScriptReply(granted, then);
  }

  /**
   * Returns the reply to one of several requests for a permit each that were joined in one call.
   * The requests that came first have the permits.
   *
   * @param place the number of requests that came before
   */
  public ScriptReply inPlace(int place, StoredRates rates) {
    if (place >= granted) {
      return new ScriptReply(0, debts);
    }
    ScriptReply then = before(granted - 1 - place, rates); // without later permits
    return new ScriptReply(1, then.debts);
  }

  /** Returns the permits that were taken; for several keys, those of the first. */
  public long granted() {
    return granted;
  }

  /** Returns the debt of each rate. Must not be changed. */
  public long[] debts() {
    return debts;
  }
}

package dev.flowshield.redis;

import dev.flowshield.redis.Script.Deed;
import java.util.function.Supplier;

/** What the script is asked of one key. */
final class Question {

  private final String key;
  private final int rates;
  private final String[] arguments;

  private Question(String key, int rates, String[] arguments) {
    this.key = key;
    this.rates = rates;
    this.arguments = arguments;
  }

  /** The name of the key in the store. */
  String key() {
    return key;
  }

  /** How many rates it has. */
  int rates() {
    return rates;
  }

  /** As the script reads them; not to be changed. */
  String[] arguments() {
    return arguments;
  }

  /**
   * Writes questions.
   *
   * @param now the time, as the script reads it: empty for that of the store
   */
  record Form(Supplier<String> now) {

    private static final int HEAD = 4;

    /** For a deed that needs nothing but the permits. */
    Question of(Deed deed, String key, StoredRates rates, long permits) {
      String[] arguments = arguments(deed, permits, rates, HEAD, 3);
      for (int i = 0; i < rates.size(); i++) {
        write(rates.get(i), arguments, HEAD + 3 * i);
      }
      return new Question(key, rates.size(), arguments);
    }

    /** To take permits of each rate, whether or not they are there. */
    Question charge(String key, StoredRates rates, long[] permits) {
      String[] arguments = arguments(Deed.CHARGE, 0, rates, HEAD, 4);
      for (int i = 0; i < rates.size(); i++) {
        int at = HEAD + 4 * i;
        write(rates.get(i), arguments, at);
        // No more than the script can add; so much takes days to pay off.
        long most = (1L << 47) / rates.get(i).price();
        arguments[at + 3] = String.valueOf(Math.min(most, permits[i]));
      }
      return new Question(key, rates.size(), arguments);
    }

    /** To give permits back that were taken by the question with this reply. */
    Question refund(String key, StoredRates rates, long permits, Reply taken) {
      String[] arguments = arguments(Deed.REFUND, permits, rates, HEAD + 2, 5);
      arguments[HEAD] = String.valueOf(taken.time());
      arguments[HEAD + 1] = String.valueOf(taken.epoch());
      for (int i = 0; i < rates.size(); i++) {
        int at = HEAD + 2 + 5 * i;
        write(rates.get(i), arguments, at);
        arguments[at + 3] = String.valueOf(taken.debts()[i]);
        arguments[at + 4] = String.valueOf(taken.refunded()[i]);
      }
      return new Question(key, rates.size(), arguments);
    }

    private String[] arguments(Deed deed, long permits, StoredRates rates, int head, int each) {
      String[] arguments = new String[head + each * rates.size()];
      arguments[0] = deed.word();
      arguments[1] = now.get();
      arguments[2] = String.valueOf(permits);
      arguments[3] = String.valueOf(rates.size());
      return arguments;
    }

    private static void write(StoredRate rate, String[] arguments, int at) {
      arguments[at] = String.valueOf(rate.drain());
      arguments[at + 1] = String.valueOf(rate.price());
      arguments[at + 2] = String.valueOf(rate.capacity());
    }
  }
}

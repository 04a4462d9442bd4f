package dev.flowshield.redis;

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
    private static final int EACH = 3;

    /** For a deed that needs nothing but the permits. */
    Question of(Deed deed, String key, StoredRates rates, long permits) {
      return new Question(key, rates.size(), arguments(deed, permits, rates, 0));
    }

    /** To take permits of each rate, whether or not they are there. */
    Question charge(String key, StoredRates rates, long[] permits) {
      String[] arguments = arguments(Deed.CHARGE, 0, rates, 1);
      int at = HEAD + EACH * rates.size();
      for (int i = 0; i < rates.size(); i++) {
        // No more than the script can add; so much takes days to pay off.
        long most = (1L << 47) / rates.get(i).price();
        arguments[at + i] = String.valueOf(Math.min(most, permits[i]));
      }
      return new Question(key, rates.size(), arguments);
    }

    /** To give permits back that were taken by the question with this reply. */
    Question refund(String key, StoredRates rates, long permits, Reply taken) {
      String[] arguments = arguments(Deed.REFUND, permits, rates, 4);
      int at = HEAD + EACH * rates.size();
      for (int i = 0; i < rates.size(); i++) {
        arguments[at++] = String.valueOf(taken.time());
        arguments[at++] = String.valueOf(taken.epoch());
        arguments[at++] = String.valueOf(taken.debts()[i]);
        arguments[at++] = String.valueOf(taken.refunded()[i]);
      }
      return new Question(key, rates.size(), arguments);
    }

    private String[] arguments(Deed deed, long permits, StoredRates rates, int more) {
      String[] arguments = new String[HEAD + (EACH + more) * rates.size()];
      arguments[0] = deed.word();
      arguments[1] = now.get();
      arguments[2] = String.valueOf(permits);
      arguments[3] = String.valueOf(rates.size());
      for (int i = 0; i < rates.size(); i++) {
        StoredRate rate = rates.get(i);
        arguments[HEAD + EACH * i] = String.valueOf(rate.drain());
        arguments[HEAD + EACH * i + 1] = String.valueOf(rate.price());
        arguments[HEAD + EACH * i + 2] = String.valueOf(rate.capacity());
      }
      return arguments;
    }
  }
}

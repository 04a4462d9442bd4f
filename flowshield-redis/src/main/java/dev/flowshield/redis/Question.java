package dev.flowshield.redis;

import java.util.function.Supplier;

/** What the script is asked of one key, or of several in one slot of a cluster. */
final class Question {

  private final String[] keys;
  private final int[] rates;
  private final String[] arguments;

  private Question(String[] keys, int[] rates, String[] arguments) {
    this.keys = keys;
    this.rates = rates;
    this.arguments = arguments;
  }

  /** The names of the keys in the store; not to be changed. */
  String[] keys() {
    return keys;
  }

  /** How many rates each key has; not to be changed. */
  int[] rates() {
    return rates;
  }

  /** As the script reads them; not to be changed. */
  String[] arguments() {
    return arguments;
  }

  /**
   * A key of which something is asked.
   *
   * @param name its name in the store
   */
  record Part(String name, StoredRates rates, long permits) {}

  /**
   * Writes questions.
   *
   * @param now the time, as the script reads it: empty for that of the store
   */
  record Form(Supplier<String> now) {

    private static final int HEAD = 2;

    /** For a deed that needs nothing but the permits. */
    Question of(Deed deed, String key, StoredRates rates, long permits) {
      return of(deed, 0, new Part(key, rates, permits));
    }

    /** To take the permits of all keys, or of none. */
    Question takeAll(Part... parts) {
      return of(Deed.TAKE, 0, parts);
    }

    /** To take permits of each rate, whether or not they are there. */
    Question charge(String key, StoredRates rates, long[] permits) {
      Question question = of(Deed.CHARGE, rates.size(), new Part(key, rates, 0));
      String[] arguments = question.arguments;
      int at = arguments.length - rates.size();
      for (int i = 0; i < rates.size(); i++) {
        // No more than the script can add; so much takes days to pay off.
        long most = (1L << 47) / rates.get(i).price();
        arguments[at + i] = String.valueOf(Math.min(most, permits[i]));
      }
      return question;
    }

    /** To give permits back that were taken by the question with this reply. */
    Question refund(String key, StoredRates rates, long permits, Reply taken) {
      int more = 4 * rates.size();
      Question question = of(Deed.REFUND, more, new Part(key, rates, permits));
      String[] arguments = question.arguments;
      int at = arguments.length - more;
      for (int i = 0; i < rates.size(); i++) {
        arguments[at++] = String.valueOf(taken.time());
        arguments[at++] = String.valueOf(taken.epoch());
        arguments[at++] = String.valueOf(taken.debts()[i]);
        arguments[at++] = String.valueOf(taken.refunded()[i]);
      }
      return question;
    }

    /** With room for more arguments at the end. */
    private Question of(Deed deed, int more, Part... parts) {
      String[] keys = new String[parts.length];
      int[] rates = new int[parts.length];
      int size = HEAD + more;
      for (int k = 0; k < parts.length; k++) {
        keys[k] = parts[k].name;
        rates[k] = parts[k].rates.size();
        size += 2 + 3 * rates[k];
      }
      String[] arguments = new String[size];
      arguments[0] = deed.word();
      arguments[1] = now.get();
      int at = HEAD;
      for (Part part : parts) {
        arguments[at++] = String.valueOf(part.permits);
        arguments[at++] = String.valueOf(part.rates.size());
        for (int i = 0; i < part.rates.size(); i++) {
          StoredRate rate = part.rates.get(i);
          arguments[at++] = String.valueOf(rate.drain());
          arguments[at++] = String.valueOf(rate.price());
          arguments[at++] = String.valueOf(rate.capacity());
        }
      }
      return new Question(keys, rates, arguments);
    }
  }
}

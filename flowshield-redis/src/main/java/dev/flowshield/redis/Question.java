package dev.flowshield.redis;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** A call of the script for one key, or for several in one slot of a cluster. */
final class Question {

  private final int id;
  private final String[] keys;
  private final int[] rates;
  private final long permits;
  private final byte[] argument;

  private Question(int id, String[] keys, int[] rates, long permits, byte[] argument) {
    this.id = id;
    this.keys = keys;
    this.rates = rates;
    this.permits = permits;
    this.argument = argument;
  }

  /** Returns the number by which the reply names this question. */
  int id() {
    return id;
  }

  /** Returns the names of the keys in the store; not to be changed. */
  String[] keys() {
    return keys;
  }

  /** Returns the number of rates of each key; not to be changed. */
  int[] rates() {
    return rates;
  }

  /** Returns the permits of the first key. */
  long permits() {
    return permits;
  }

  /** Returns the packed numbers that the script reads; not to be changed. */
  byte[] argument() {
    return argument;
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
   * @param now the time, as the script reads it: negative for that of the store
   */
  record Form(LongSupplier now) {

    /** For a deed that needs nothing but the permits. */
    Question of(Deed deed, String key, StoredRates rates, long permits) {
      return of(deed, 0, new Part(key, rates, permits)).question();
    }

    /** To take the permits of all keys, or of none. */
    Question takeAll(Part... parts) {
      return of(Deed.TAKE, 0, parts).question();
    }

    /** To take permits of each rate, whether or not they are there. */
    Question charge(String key, StoredRates rates, long[] permits) {
      Packer packer = of(Deed.CHARGE, 6 * rates.size(), new Part(key, rates, 0));
      for (int i = 0; i < rates.size(); i++) {
        // No more than the script can add; so much takes days to pay off.
        long most = (1L << 47) / rates.get(i).price();
        packer.put(Math.min(most, permits[i]), 6);
      }
      return packer.question();
    }

    /** With room for more bytes at the end. */
    private Packer of(Deed deed, int more, Part... parts) {
      Packer packer = new Packer(more, parts);
      packer.put(deed.letter(), 1).put(packer.id, 4).put(now.getAsLong(), 7);
      for (Part part : parts) {
        packer.put(part.permits, 7).put(part.rates.size(), 1);
        for (int i = 0; i < part.rates.size(); i++) {
          StoredRate rate = part.rates.get(i);
          packer.put(rate.drain(), 4).put(rate.price(), 6).put(rate.capacity(), 6);
        }
      }
      return packer;
    }
  }

  /** Packs numbers as the script unpacks them: the lowest byte first. */
  private static final class Packer {

    private static final int HEAD = 12;
    private static final int OF_KEY = 8;
    private static final int OF_RATE = 16;

    private final int id = ThreadLocalRandom.current().nextInt();
    private final String[] keys;
    private final int[] rates;
    private final long permits;
    private final byte[] bytes;
    private int at;

    Packer(int more, Part... parts) {
      this.keys = new String[parts.length];
      this.rates = new int[parts.length];
      this.permits = parts[0].permits;
      int size = HEAD + more;
      for (int k = 0; k < parts.length; k++) {
        keys[k] = parts[k].name;
        rates[k] = parts[k].rates.size();
        size += OF_KEY + OF_RATE * rates[k];
      }
      this.bytes = new byte[size];
    }

    Packer put(long number, int size) {
      for (int shift = 0; shift < 8 * size; shift += 8) {
        bytes[at++] = (byte) (number >> shift);
      }
      return this;
    }

    Question question() {
      return new Question(id, keys, rates, permits, bytes);
    }
  }
}

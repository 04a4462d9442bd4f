package dev.flowshield.redis.script;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** A call of the script for one key, or for several keys in one slot of a cluster. */
public final class ScriptCall {

  private final int id;
  private final String[] keys;
  private final int[] rates;
  private final long permits;
  private final byte[] argument;

  private ScriptCall(int id, String[] keys, int[] rates, long permits, byte[] argument) {
    this.id = id;
    this.keys = keys;
    this.rates = rates;
    this.permits = permits;
    this.argument = argument;
  }

  /** Returns the number by which the reply names this call. */
  public int id() {
    return id;
  }

  /** Returns the names of the keys in the store. Must not be changed. */
  public String[] keys() {
    return keys;
  }

  /** Returns the number of rates of each key. Must not be changed. */
  public int[] rates() {
    return rates;
  }

  /** Returns the permits that are asked of the first key. */
  long permits() {
    return permits;
  }

  /** Returns the packed numbers that the script reads. Must not be changed. */
  public byte[] argument() {
    return argument;
  }

  /**
   * A key of a call.
   *
   * @param name its name in the store
   * @param permits the permits that the operation is about
   */
  public record Target(String name, StoredRates rates, long permits) {}

  /**
   * Creates calls.
   *
   * @param now the time that the script uses; negative for the clock of the server
   */
  public record Factory(LongSupplier now) {

    /** Returns a call for an operation that needs nothing except the permits. */
    public ScriptCall of(ScriptOperation operation, String key, StoredRates rates, long permits) {
      return of(operation, 0, new Target(key, rates, permits)).call();
    }

    /** Returns a call that takes the permits of all keys or of no key. */
    public ScriptCall takeAll(Target... targets) {
      return of(ScriptOperation.TAKE, 0, targets).call();
    }

    /** Returns a call that takes permits of each rate, available or not. */
    public ScriptCall charge(String key, StoredRates rates, long[] permits) {
      Packer packer = of(ScriptOperation.CHARGE, 6 * rates.size(), new Target(key, rates, 0));
      for (int i = 0; i < rates.size(); i++) {
        // The most that the script can add; it takes days to pay off.
        long most = (1L << 47) / rates.get(i).price();
        packer.put(Math.min(most, permits[i]), 6);
      }
      return packer.call();
    }

    /** Returns a packer with room for more bytes at the end. */
    private Packer of(ScriptOperation operation, int more, Target... targets) {
      Packer packer = new Packer(more, targets);
      packer.put(operation.letter(), 1).put(packer.id, 4).put(now.getAsLong(), 7);
      for (Target target : targets) {
        packer.put(target.permits, 7).put(target.rates.size(), 1);
        for (int i = 0; i < target.rates.size(); i++) {
          StoredRate rate = target.rates.get(i);
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

    Packer(int more, Target... targets) {
      this.keys = new String[targets.length];
      this.rates = new int[targets.length];
      this.permits = targets[0].permits;
      int size = HEAD + more;
      for (int k = 0; k < targets.length; k++) {
        keys[k] = targets[k].name;
        rates[k] = targets[k].rates.size();
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

    ScriptCall call() {
      return new ScriptCall(id, keys, rates, permits, bytes);
    }
  }
}

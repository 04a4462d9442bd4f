package dev.flowshield.engine.keyed;

import java.util.Arrays;

/**
 * What each key is promised, said in the simplest way: an allowance of its own, whatever happens
 * to slots. The model that the key table and the single word are compared with, call by call.
 */
public class AllowanceModel {

  /** Time per permit, and the most permits at once, in all tests against this model. */
  static final long INTERVAL = 1000;

  static final int BURST = 2;

  private final long[] debts = new long[4];

  /** Takes a permit of a key if there is one. */
  public boolean take(int key) {
    if (debts[key] + INTERVAL > BURST * INTERVAL) {
      return false;
    }
    debts[key] += INTERVAL;
    return true;
  }

  /** Takes a permit of the one allowance there is. */
  public boolean take() {
    return take(0);
  }

  /** Puts another limit, which is the same, in the place of this one. */
  public void change() {}

  /** Lets half the time of a permit pass. */
  public void tick() {
    Arrays.setAll(debts, key -> Math.max(0, debts[key] - INTERVAL / 2));
  }
}

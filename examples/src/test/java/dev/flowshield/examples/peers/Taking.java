package dev.flowshield.examples.peers;

import java.util.function.BooleanSupplier;

/** Takes permits one by one. */
final class Taking {

  private Taking() {}

  /** Returns the number of permits that were there. */
  static int untilRejected(BooleanSupplier taking) {
    int taken = 0;
    while (taking.getAsBoolean()) {
      taken++;
    }
    return taken;
  }
}

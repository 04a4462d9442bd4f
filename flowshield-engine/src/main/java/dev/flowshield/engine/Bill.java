package dev.flowshield.engine;

import dev.flowshield.engine.allowance.Allowances;

/**
 * What one request is charged: a key and a number of permits for each limit of a {@link LimitSet}, and the rows of what was taken.
 *
 * <p>For one thread until the request is admitted.
 */
class Bill {

  private final Charge[] charges; // in the order of the set
  private final long[] rows;

  Bill(Charge[] charges, long[] rows) {
    this.charges = charges;
    this.rows = rows;
  }

  final int size() {
    return charges.length;
  }

  final Charge charge(int charge) {
    return charges[charge];
  }

  final String key(int charge) {
    return charges[charge].key();
  }

  final long permits(int charge) {
    return charges[charge].permits();
  }

  /** What stands for the key in a row. */
  final long hash(int row) {
    return Allowances.hash(rows, row);
  }

  final long[] rows() {
    return rows;
  }
}

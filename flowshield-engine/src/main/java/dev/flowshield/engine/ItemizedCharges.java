package dev.flowshield.engine;

import dev.flowshield.engine.allowance.Allowances;

/**
 * The charges of one request: a key and a number of permits for each limit of a {@link LimitSet},
 * and a row for what was taken from each rate.
 *
 * <p>Confined to one thread until the request is admitted.
 */
class ItemizedCharges {

  private final Charge[] charges; // in the order of the set
  private final long[] rows;

  ItemizedCharges(Charge[] charges, long[] rows) {
    this.charges = charges;
    this.rows = rows;
  }

  /** In the order of the set, not to be changed. */
  final Charge[] charges() {
    return charges;
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

  /** The hash of the key in a row. */
  final long hash(int row) {
    return Allowances.hash(rows, row);
  }

  final long[] rows() {
    return rows;
  }
}

package dev.flowshield.engine;

import org.jspecify.annotations.Nullable;

/** An admission with a transaction that outlives it, or with a watch that detects its leak. */
final class DetailedAdmitted extends Admitted {

  private final @Nullable Transaction transaction;
  private final LeakDetector.@Nullable Watch watch;

  /**
   * An admission that has at least one of both.
   *
   * @param transaction that can be settled, or holds permits of limiters of another kind
   */
  DetailedAdmitted(
      InFlightTracker slots,
      long slot,
      @Nullable Transaction transaction,
      @Nullable LeakDetector leaks) {
    super(slots, slot);
    this.transaction = transaction;
    this.watch = leaks == null ? null : leaks.watch(this, slot);
  }

  @Override
  @Nullable
  Transaction transaction() {
    return transaction;
  }

  @Override
  LeakDetector.@Nullable Watch watch() {
    return watch;
  }
}

package dev.flowshield.engine;

import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** An admission that knows more than most: what was reserved or given, or that it is watched. */
final class DetailedAdmitted extends Admitted {

  private final @Nullable Transaction transaction;
  private final LeakDetector.@Nullable Watch watch;

  /**
   * An admission that has at least one of both.
   *
   * @param transaction what can be settled, or was given by limiters of another kind
   */
  DetailedAdmitted(
      InFlightTracker places,
      long place,
      @Nullable Transaction transaction,
      @Nullable LeakDetector leaks) {
    super(places, place);
    this.transaction = transaction;
    this.watch = leaks == null ? null : leaks.watch(this, place);
  }

  @Override
  @Nullable
  Transaction transaction() {
    return transaction;
  }

  @Override
  void released() {
    try {
      if (watch != null) {
        watch.end();
      }
    } finally {
      Reference.reachabilityFence(this); // a leak is what is collected before
    }
  }
}

package dev.flowshield.engine;

import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** An admission that knows more than most: what was reserved or given, or that it is watched. */
final class DetailedAdmitted extends Admitted {

  private final @Nullable ReservedCharges bill;
  private final LeakDetector.@Nullable Watch watch;

  /**
   * An admission that has at least one of both.
   *
   * @param bill what can be settled, or was given by limiters of another kind
   */
  DetailedAdmitted(
      InFlightTracker places,
      long place,
      @Nullable ReservedCharges bill,
      @Nullable LeakDetector leaks) {
    super(places, place);
    this.bill = bill;
    this.watch = leaks == null ? null : leaks.watch(this, place);
  }

  @Override
  @Nullable
  ReservedCharges bill() {
    return bill;
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

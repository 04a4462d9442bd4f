package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where a request enters: joins its limits and its place in flight in one admission.
 *
 * <p>Thread-safe; takes no lock of its own.
 */
final class AdmissionControl {

  private final Ticker ticker;
  private final InFlightTracker places;

  AdmissionControl(Ticker ticker, InFlightTracker places) {
    this.ticker = ticker;
    this.places = places;
  }

  /** Admits a request that is charged one key and one cost for all limits of a set, or not. */
  Admission enter(LimitSet set, String key, long hash, long permits) {
    return enter(set, key, hash, permits, null, false);
  }

  /**
   * Admits a request that is charged a key and a cost for each limit of a set, or not.
   *
   * @param subject the key whose request it is
   * @param reserved whether its bill is settled later
   */
  Admission enter(LimitSet set, Charge[] charges, String subject, boolean reserved) {
    return enter(set, subject, set.subjectHash(charges), 0, charges, reserved);
  }

  /*
   * The clock is read once, and all limits are judged by that reading, so a rejection has written
   * nothing but its count. Then the place is taken, and the permits, limit by limit. If another
   * thread took permits in between, what was taken is given back and all limits are judged again.
   * The place comes after the judging, so that a request over a limit is told so by a full server
   * too.
   */
  private Admission enter(
      LimitSet set,
      String key,
      long hash,
      long permits,
      Charge @Nullable [] charges,
      boolean reserved) {
    boolean timed = set.isLimited() || places.readTime();
    while (true) {
      long now = timed ? ticker.nanos() : 0; // the largest cost of all, so not without need
      Rejection rejection = set.judge().judge(key, hash, permits, charges, now);
      if (rejection != null) {
        return rejection;
      }
      if (places.areWantedBefore(set.criticality(), now)) {
        return places.shed(set, key, now);
      }
      ItemizedCharges bill = charges == null ? null : set.bill(charges, reserved);
      Admission taken = take(set, key, hash, permits, bill, now);
      if (taken == Shed.FULL) {
        return places.shed(set, key, now);
      }
      if (taken != null) {
        return taken;
      }
      rejection = bill == null ? null : set.rejection(bill, now);
      if (rejection != null) {
        return rejection;
      }
    }
  }

  /**
   * Takes a place and what a bill says, whatever else waits for it.
   *
   * @return the admission; {@link Shed#FULL}, which is not counted, if there is no place; null,
   *     with nothing taken, if the permits are not there any more
   */
  @Nullable
  Admission take(LimitSet set, String subject, ItemizedCharges bill, long now) {
    return take(set, subject, set.subjectHash(bill.charges()), 0, bill, now);
  }

  private @Nullable Admission take(
      LimitSet set, String key, long hash, long permits, @Nullable ItemizedCharges bill, long now) {
    // before the permits are taken, as it may find no memory
    Admitted admission = places.enter(set, key, hash, bill, now);
    if (admission == null) {
      return Shed.FULL;
    }
    boolean taken = false;
    try {
      taken = bill == null ? set.take(key, hash, permits, now) : set.take(bill, now);
      return taken ? admission : null;
    } finally { // also when a user's limiter throws: a place never given back is lost for good
      if (!taken) {
        places.undo(set, admission);
      }
    }
  }

  /**
   * As {@link #enter(LimitSet, Charge[], String, boolean)}, as soon as limiters of another kind
   * have answered, if there are any.
   */
  CompletableFuture<Admission> enterAsync(
      LimitSet set, Charge[] charges, String subject, boolean reserved) {
    if (!set.isLocal()) {
      return enterLater(set, charges, subject, reserved);
    }
    CompletableFuture<Admission> answer =
        new CompletableFuture<>(); // first, as there may be no memory for it
    answer.complete(enter(set, charges, subject, reserved));
    return answer;
  }

  private CompletableFuture<Admission> enterLater(
      LimitSet set, Charge[] charges, String subject, boolean reserved) {
    while (true) {
      long now = ticker.nanos();
      Rejection rejection = set.judge().judge(subject, 0, 0, charges, now);
      if (rejection != null) {
        return CompletableFuture.completedFuture(rejection);
      }
      Criticality criticality = set.criticality(); // no place is taken before the limits admit
      if (places.areWantedBefore(criticality, now) || !places.isAnyFree(criticality, now)) {
        return CompletableFuture.completedFuture(places.shed(set, subject, now));
      }
      ReservedCharges bill = (ReservedCharges) set.bill(charges, reserved);
      AsyncAdmission later = new AsyncAdmission(places, set, bill, subject, true, now);
      if (set.takeLocal(bill, now)) {
        return later.begin();
      }
    }
  }
}

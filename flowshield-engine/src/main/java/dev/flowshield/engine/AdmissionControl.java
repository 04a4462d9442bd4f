package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests: joins their limits and their slot in flight in one admission.
 *
 * <p>Thread-safe; takes no lock of its own.
 */
final class AdmissionControl {
  /*
   * The clock is read once, and all limits are judged by that reading, so a rejection has written
   * nothing but its count. Then the slot is taken, and the permits, limit by limit. If another
   * thread took permits in between, everything taken is given back and all limits are judged again.
   * The slot comes after the judging, so a full server too tells a request that it is over a limit.
   */

  private final Ticker ticker;
  private final InFlightTracker slots;

  AdmissionControl(Ticker ticker, InFlightTracker slots) {
    this.ticker = ticker;
    this.slots = slots;
  }

  /** Admits or rejects a request that is charged one key and one cost for all limits of a set. */
  Admission enter(LimitSet set, String key, long permits) {
    ResolvedLimits limits = set.limits();
    if (!limits.isLocal()) {
      return enter(set, limits.charges(key, permits), key, false);
    }
    long hash = limits.hash(key);
    boolean timed = limits.isLimited() || slots.readTime();
    while (true) {
      long now = timed ? ticker.nanos() : 0; // the largest cost of all, so not without need
      Rejection rejection = limits.check().judge(key, hash, permits, now);
      if (rejection != null) {
        return rejection;
      }
      if (slots.areWantedBefore(set.criticality(), now)) {
        return slots.shed(set, key, now);
      }
      // before the permits are taken, because it may find no memory
      Admitted admission = slots.enter(set, key, hash, null, now);
      if (admission == null) {
        return slots.shed(set, key, now);
      }
      boolean taken = false;
      try {
        taken = limits.take(key, hash, permits, now);
      } finally { // also when a user's limiter throws: a slot never given back is lost for good
        if (!taken) {
          slots.undo(admission);
        }
      }
      if (taken) {
        slots.countAdmitted(admission);
        return admission;
      }
    }
  }

  /**
   * Admits or rejects a request that is charged a key and a cost for each limit of a set.
   *
   * @param subject the key whose request it is
   * @param reserved whether the request is settled later
   */
  Admission enter(LimitSet set, Charge[] charges, String subject, boolean reserved) {
    ResolvedLimits limits = set.limits();
    boolean timed = limits.isLimited() || slots.readTime();
    while (true) {
      long now = timed ? ticker.nanos() : 0;
      Rejection rejection = limits.check().judge(charges, now);
      if (rejection != null) {
        return rejection;
      }
      if (slots.areWantedBefore(set.criticality(), now)) {
        return slots.shed(set, subject, now);
      }
      Transaction transaction = new Transaction(limits, charges, reserved);
      Admission outcome = take(set, subject, transaction, now);
      if (outcome == Shed.FULL) {
        return slots.shed(set, subject, now);
      }
      if (outcome != null) {
        return outcome;
      }
      rejection = transaction.takeRejection(now);
      if (rejection != null) {
        return rejection;
      }
    }
  }

  /**
   * Takes a slot and the permits of a transaction, whatever else waits for them.
   *
   * @return the admission; {@link Shed#FULL}, which is not counted, if there is no slot; null,
   *     with nothing taken, if the permits are not there any more
   */
  @Nullable
  Admission take(LimitSet set, String subject, Transaction transaction, long now) {
    long hash = set.limits().subjectHash(transaction.charges());
    Admitted admission =
        slots.enter(set, subject, hash, transaction.outlivesAdmission() ? transaction : null, now);
    if (admission == null) {
      return Shed.FULL;
    }
    boolean taken = false;
    try {
      taken = transaction.take(now);
    } finally {
      if (!taken) {
        slots.undo(admission);
      }
    }
    if (taken) {
      slots.countAdmitted(admission);
    }
    return taken ? admission : null;
  }

  /**
   * Admits or rejects a request like {@link #enter(LimitSet, Charge[], String, boolean)}, once
   * limiters of another kind have answered, if there are any.
   */
  CompletableFuture<Admission> enterAsync(
      LimitSet set, Charge[] charges, String subject, boolean reserved) {
    if (!set.limits().isLocal()) {
      return enterLater(set, charges, subject, reserved);
    }
    CompletableFuture<Admission> answer =
        new CompletableFuture<>(); // first, because there may be no memory for it
    answer.complete(enter(set, charges, subject, reserved));
    return answer;
  }

  private CompletableFuture<Admission> enterLater(
      LimitSet set, Charge[] charges, String subject, boolean reserved) {
    ResolvedLimits limits = set.limits();
    while (true) {
      long now = ticker.nanos();
      Rejection rejection = limits.check().judge(charges, now);
      if (rejection != null) {
        return CompletableFuture.completedFuture(rejection);
      }
      Criticality criticality = set.criticality(); // no slot is taken before the limits admit
      if (slots.areWantedBefore(criticality, now) || !slots.isAnyFree(criticality, now)) {
        return CompletableFuture.completedFuture(slots.shed(set, subject, now));
      }
      Transaction transaction = new Transaction(limits, charges, reserved);
      AsyncAdmission later = new AsyncAdmission(slots, set, transaction, subject, true, now);
      if (transaction.takeLocal(now)) {
        return later.begin();
      }
    }
  }
}

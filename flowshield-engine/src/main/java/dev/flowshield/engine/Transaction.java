package dev.flowshield.engine;

import dev.flowshield.LimitStatus;
import dev.flowshield.Reservation;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The permits that a request with a charge for each limit takes, all or nothing. Holds a row for
 * each rate of the engine's limits and a reservation for each other limit, and can be refunded, or
 * settled when the true cost is known.
 *
 * <p>Confined to one thread at a time until the request is admitted; then any thread may settle it,
 * and the first one does.
 */
final class Transaction {

  /** The rejection of a request by a limiter of another kind. */
  record ExternalRejection(ExternalLimit limit, String key, Rejection rejection) {}

  private static final VarHandle SETTLED;

  static {
    try {
      SETTLED = MethodHandles.lookup().findVarHandle(Transaction.class, "settled", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private static final Reservation.@Nullable Held[] NONE = {};

  private final ResolvedLimits limits;
  private final Charge[] charges; // in the order of the limits, and not changed
  private final long[] rows;
  private final Reservation.@Nullable Held[] held; // by limiters of another kind
  private final boolean reserved;
  private @Nullable ExternalRejection rejection;

  @SuppressWarnings("UnusedVariable") // written by SETTLED
  private volatile boolean settled;

  /**
   * A transaction that has taken nothing yet.
   *
   * @param charges one for each limit, which have been checked
   * @param reserved whether it can be settled
   */
  Transaction(ResolvedLimits limits, Charge[] charges, boolean reserved) {
    this.limits = limits;
    int external = limits.external().size();
    this.held = external == 0 ? NONE : new Reservation.@Nullable Held[external];
    this.reserved = reserved;
    this.charges = reserved || external > 0 ? charges.clone() : charges; // it may outlive the call
    this.rows = limits.rows(charges);
  }

  /** Returns whether it is needed once the request is admitted. */
  boolean outlivesAdmission() {
    return reserved || held.length > 0;
  }

  boolean isReserved() {
    return reserved;
  }

  /** Returns the charges in the order of the limits, not to be changed. */
  Charge[] charges() {
    return charges;
  }

  String key(int charge) {
    return charges[charge].key();
  }

  long permits(int charge) {
    return charges[charge].permits();
  }

  /** Takes from all limits; false, with nothing taken, if one rejects now. */
  boolean take(long now) {
    if (!takeLocal(now)) {
      return false;
    }
    boolean done = false;
    try {
      if (limits.external().ask(this, now)) {
        takeShadows(now);
        countAdmitted(); // last, because it is for good
        done = true;
      }
    } finally { // also when a custom limiter throws
      if (!done) {
        refund();
      }
    }
    return done;
  }

  /** Takes from the engine's enforced limits; false, with nothing taken, if one rejects now. */
  boolean takeLocal(long now) {
    return limits.takeEnforced(rows, now);
  }

  /** Takes from the engine's shadow limits, each by itself, once all other limits admit. */
  void takeShadows(long now) {
    for (ResolvedLimits.Local part : limits.shadows()) {
      long hash = Allowances.hash(rows, part.from());
      long permits = permits(part.charge());
      boolean taken = false;
      while (!taken && part.limit().retryAfterNanos(hash, permits, now) == 0) {
        taken = limits.take(rows, part, now);
      }
      if (!taken) {
        limits.rejections().wouldReject(part.limit(), key(part.charge()), hash, permits, now);
      }
    }
  }

  /** Counts an admitted request, for good. */
  void countAdmitted() {
    limits.countAdmitted(charges);
  }

  /** Holds the permits that a limiter of another kind has given. */
  void hold(int index, Reservation.Held given) {
    held[index] = given;
  }

  void reject(ExternalRejection why) {
    rejection = why;
  }

  /** Returns, once, why a limiter of another kind has rejected it; null if no limit has. */
  @Nullable
  Rejection takeRejection(long now) {
    ExternalRejection why = rejection;
    if (why == null) {
      return null;
    }
    rejection = null;
    return limits
        .rejections()
        .rejected(why.limit(), why.key(), why.limit().hash(why.key()), why.rejection(), now);
  }

  /** Returns how the limits stood that other limiters keep, without those that were settled. */
  List<LimitStatus> limitStatus() {
    List<LimitStatus> statuses = new ArrayList<>();
    for (int i = 0; i < held.length; i++) {
      Reservation.Held given = held[i];
      if (given != null) {
        limits.external().addStatus(i, given, statuses);
      }
    }
    return statuses;
  }

  /** Refunds everything that was taken, for a request that is not admitted after all. */
  void refund() {
    Throwable failure = null;
    try {
      limits.refund(rows);
    } catch (Throwable thrown) { // one that fails does not keep the others from being refunded
      failure = thrown;
    }
    for (int i = 0; i < held.length; i++) {
      failure = settleHeld(i, 0, failure);
    }
    Failures.rethrow(failure);
  }

  /** Settles all charges of an admitted request at one cost. */
  void settle(long used) {
    if (used < 0) {
      throw new IllegalArgumentException(
          "used must be 0 or more, got " + used + ": settle(0) gives all permits back");
    }
    for (int i = 1; i < charges.length; i++) {
      if (permits(i) != permits(0)) {
        throw new IllegalStateException(
            "charges must be of one cost to be settled by one number, got " + permits(0) + " and "
                + permits(i) + ": use settle(Charge...)");
      }
    }
    long[] each = new long[charges.length];
    Arrays.fill(each, used);
    settleOnce(each);
  }

  /** Settles the charges that are named, each at its own cost. */
  void settle(Charge[] named) {
    long[] used = new long[charges.length];
    for (int i = 0; i < used.length; i++) {
      used[i] = permits(i);
    }
    boolean[] isNamed = new boolean[charges.length];
    for (Charge charge : named) {
      int index = index(charge);
      if (isNamed[index]) {
        throw duplicate(charge);
      }
      isNamed[index] = true;
      used[index] = charge.permits();
    }
    settleOnce(used);
  }

  private void settleOnce(long[] used) {
    if (!SETTLED.compareAndSet(this, false, true)) {
      return;
    }
    limits.countSettled(charges, used);
    Throwable failure = null;
    try {
      limits.settle(rows, used);
    } catch (Throwable thrown) { // one that fails does not keep the others from being settled
      failure = thrown;
    }
    for (int i = 0; i < held.length; i++) {
      failure = settleHeld(i, used[limits.external().charge(i)], failure);
    }
    Failures.rethrow(failure);
  }

  /**
   * Settles the reservation of one limiter, if there is one. Returns the first failure of all so
   * far.
   */
  private @Nullable Throwable settleHeld(int index, long used, @Nullable Throwable failure) {
    Reservation.Held given = held[index];
    held[index] = null;
    try {
      if (given != null) {
        given.settle(used);
      }
      return failure;
    } catch (Throwable thrown) {
      return Failures.joined(failure, thrown);
    }
  }

  private int index(Charge charge) {
    for (int i = 0; i < charges.length; i++) {
      if (charges[i].limit().equals(charge.limit()) && key(i).equals(charge.key())) {
        return i;
      }
    }
    throw new IllegalArgumentException("charges must be among those that were reserved, got limit '"
        + charge.limit() + "' with " + shown(charge.key()) + ": settle what was charged");
  }

  static IllegalArgumentException duplicate(Charge charge) {
    return new IllegalArgumentException("charges must be unique, got limit '" + charge.limit()
        + "' twice with " + shown(charge.key()) + ": add up what they cost");
  }

  private static String shown(String key) {
    return key.isEmpty()
        ? "no key"
        : "key '" + (key.length() <= 64 ? key : key.substring(0, 64) + "…") + "'";
  }
}

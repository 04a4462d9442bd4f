package dev.flowshield.engine;

import dev.flowshield.LimitStatus;
import dev.flowshield.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A bill that holds what limiters of another kind gave, and can be settled when the true cost is
 * known.
 *
 * <p>Confined to one thread at a time until the request is admitted; then any thread may settle it,
 * and the first one does.
 */
final class ReservedCharges extends ItemizedCharges {

  /** The rejection of a bill by a limiter of another kind. */
  record Answer(ExternalLimit limit, String key, Rejection rejection) {}

  private final LimitSet set;
  private final boolean reserved;
  private final Reservation.@Nullable Held[] held;
  private final AtomicBoolean settled = new AtomicBoolean();
  private @Nullable Answer rejection;

  /**
   * A bill with room for what this many limiters of another kind give.
   *
   * @param reserved whether it can be settled
   */
  ReservedCharges(LimitSet set, Charge[] charges, long[] rows, int foreign, boolean reserved) {
    super(charges, rows);
    this.set = set;
    this.reserved = reserved;
    this.held = new Reservation.@Nullable Held[foreign];
  }

  boolean isReserved() {
    return reserved;
  }

  void hold(int index, Reservation.Held given) {
    held[index] = given;
  }

  void reject(Answer why) {
    rejection = why;
  }

  /** Why the last taking failed; null if it did not, or was asked before. */
  @Nullable
  Answer takeRejection() {
    Answer why = rejection;
    rejection = null;
    return why;
  }

  /** How the limits stand by what they gave; without those that were settled. */
  List<LimitStatus> limitStatus() {
    List<LimitStatus> statuses = new ArrayList<>();
    for (int i = 0; i < held.length; i++) {
      Reservation.Held given = held[i];
      if (given != null) {
        set.foreign().addStatus(i, given, statuses);
      }
    }
    return statuses;
  }

  /** Settles what one limiter gave, if it gave anything. */
  void settle(int index, long used) {
    Reservation.Held given = held[index];
    held[index] = null;
    if (given != null) {
      given.settle(used);
    }
  }

  /** Settles all charges at one cost. */
  void settle(long used) {
    if (used < 0) {
      throw new IllegalArgumentException(
          "used must be 0 or more, got " + used + ": settle(0) refunds all permits");
    }
    for (int i = 1; i < size(); i++) {
      if (permits(i) != permits(0)) {
        throw new IllegalStateException(
            "charges must be of one cost to be settled by one number, got " + permits(0) + " and "
                + permits(i) + ": use settle(Charge...)");
      }
    }
    long[] each = new long[size()];
    Arrays.fill(each, used);
    settleOnce(each);
  }

  /** Settles the charges that are named, each at its own cost. */
  void settle(Charge[] charges) {
    long[] used = new long[size()];
    for (int i = 0; i < used.length; i++) {
      used[i] = permits(i);
    }
    boolean[] named = new boolean[size()];
    for (Charge charge : charges) {
      int index = index(charge);
      if (named[index]) {
        throw duplicate(charge);
      }
      named[index] = true;
      used[index] = charge.permits();
    }
    settleOnce(used);
  }

  private void settleOnce(long[] used) {
    if (settled.compareAndSet(false, true)) {
      set.settle(this, used);
    }
  }

  private int index(Charge charge) {
    for (int i = 0; i < size(); i++) {
      if (charge(i).limit().equals(charge.limit()) && key(i).equals(charge.key())) {
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

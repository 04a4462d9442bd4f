package dev.flowshield;

import java.util.List;
import java.util.Objects;

/**
 * The answer to a request for permits of several limiters of a {@link LimitStore}: {@link Held}, if
 * all of them gave theirs, or {@link Rejected}, if one did not.
 */
public sealed interface JointReservation {

  /**
   * All permits are taken, and each reservation can be settled by itself.
   *
   * @param reservations one for each charge, in their order
   */
  record Held(List<Reservation.Held> reservations) implements JointReservation {

    /** Copies the reservations. */
    public Held {
      reservations = List.copyOf(reservations);
    }

    /** Gives all permits back: nothing was used. What one of them throws is thrown at the end. */
    public void cancel() {
      cancel(0);
    }

    private void cancel(int from) {
      if (from < reservations.size()) {
        try {
          reservations.get(from).cancel();
        } finally {
          cancel(from + 1);
        }
      }
    }
  }

  /**
   * There is nothing to settle. What was taken before the rejection, as a store may have to that
   * keeps its limits in several places, has been given back, or is about to be.
   *
   * @param index the place of the charge that was rejected; of several, that which has to wait
   *     longest
   * @param decision why it was rejected
   */
  record Rejected(int index, Decision.Rejected decision) implements JointReservation {

    /**
     * Checks the index.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Rejected {
      if (index < 0) {
        throw new IllegalArgumentException(
            "index must be 0 or more, got " + index + ": say which charge was rejected");
      }
      Objects.requireNonNull(decision, "decision");
    }
  }
}

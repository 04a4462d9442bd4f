package dev.flowshield;

import java.util.List;

/**
 * The answer to a request for permits of several limiters of a {@link LimitStore}: {@link Held} or
 * {@link Rejected}. All are taken, or none.
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

    /** Gives all permits back: nothing was used. */
    public void cancel() {
      reservations.forEach(Reservation.Held::cancel);
    }
  }

  /**
   * Nothing was taken, and there is nothing to settle.
   *
   * @param index the place of the charge that was rejected; of several, that which has to wait
   *     longest
   * @param decision why it was rejected
   */
  record Rejected(int index, Decision.Rejected decision) implements JointReservation {}
}

package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.JointReservation;
import dev.flowshield.Reservation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reply of a limiter of another kind, or of a store that keeps several limits. */
sealed interface ExternalReply {

  /**
   * The permits were given.
   *
   * @param held to refund them by, one for each limit in their order; empty if the limiter cannot
   *     take permits back
   */
  record Given(List<Reservation.Held> held) implements ExternalReply {

    private static final Given FOR_GOOD = new Given(List.of());
  }

  /**
   * The permits were not given.
   *
   * @param index of the limit that rejects, among those that were asked together
   */
  record Rejected(int index, Decision.Rejected decision) implements ExternalReply {}

  /**
   * Returns an answer of the API as a reply. If there is no memory for that, the permits of the
   * answer are refunded.
   *
   * @param answer of a {@link dev.flowshield.RateLimiter} or a {@link dev.flowshield.LimitStore}
   * @param limits how many were asked together
   * @return null if it is no answer for this many limits; its permits are refunded then
   */
  static @Nullable ExternalReply of(@Nullable Object answer, int limits) {
    ExternalReply reply = null;
    try {
      reply = limits == 1 ? ofOne(answer) : ofSeveral(answer, limits);
    } finally {
      if (reply == null) {
        refund(answer);
      }
    }
    return reply;
  }

  private static @Nullable ExternalReply ofOne(@Nullable Object answer) {
    if (answer instanceof Reservation.Held held) {
      return new Given(List.of(held));
    }
    if (answer instanceof Reservation.Rejected rejected) {
      return new Rejected(0, rejected.decision());
    }
    if (answer instanceof Decision.Rejected rejected) {
      return new Rejected(0, rejected);
    }
    return answer instanceof Decision.Admitted ? Given.FOR_GOOD : null;
  }

  private static @Nullable ExternalReply ofSeveral(@Nullable Object answer, int limits) {
    if (answer instanceof JointReservation.Held all && all.reservations().size() == limits) {
      return new Given(all.reservations());
    }
    return answer instanceof JointReservation.Rejected rejected && rejected.index() < limits
        ? new Rejected(rejected.index(), rejected.decision())
        : null;
  }

  /** Refunds the permits of an answer that is not wanted any more. */
  static void refund(@Nullable Object answer) {
    if (answer instanceof Reservation.Held held) {
      held.cancel();
    } else if (answer instanceof JointReservation.Held all) {
      all.cancel();
    }
  }
}

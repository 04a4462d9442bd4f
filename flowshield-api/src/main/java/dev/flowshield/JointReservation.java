package dev.flowshield;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result of a request for permits of several limiters of a {@link LimitStore}: {@link Held} if
 * all of them granted their permits, or {@link Rejected} if one of them did not. Immutable.
 */
public sealed interface JointReservation {

  /**
   * A result that holds the permits of all charges. Each reservation is settled separately.
   *
   * @param reservations the reservations, one for each charge, in the order of the charges
   */
  record Held(List<Reservation.Held> reservations) implements JointReservation {

    /** Creates a result with a copy of the list. */
    public Held {
      reservations = List.copyOf(reservations);
    }

    /**
     * Refunds all permits, because they were not used. If a refund fails, the others are still
     * made, and the first failure is thrown at the end, with the others suppressed.
     */
    public void cancel() {
      Throwable first = null;
      for (Reservation.Held each : reservations) {
        try {
          each.cancel();
        } catch (Throwable failure) {
          first = joined(first, failure);
        }
      }
      if (first != null) {
        Held.<RuntimeException>raise(first);
      }
    }

    private static Throwable joined(@Nullable Throwable first, Throwable next) {
      if (first == null) {
        return next;
      }
      if (next != first) {
        try {
          first.addSuppressed(next);
        } catch (OutOfMemoryError noMemory) {
          // the first failure alone is thrown, and the next refund is made
        }
      }
      return first;
    }

    @SuppressWarnings("unchecked") // the type is erased, so any failure passes
    private static <X extends Throwable> void raise(Throwable failure) throws X {
      throw (X) failure;
    }
  }

  /**
   * A result that holds no permits. A store that keeps its limits in several places may have to
   * take permits before a rejection; it has refunded them or is about to.
   *
   * @param index the index of the rejected charge; the charge with the longest wait if several were
   *     rejected
   * @param decision the decision about the rejected charge
   */
  record Rejected(int index, Decision.Rejected decision) implements JointReservation {

    /**
     * Validates the index.
     *
     * @throws IllegalArgumentException if the index is negative
     */
    public Rejected {
      if (index < 0) {
        throw new IllegalArgumentException(
            "index must be 0 or more, got " + index + ": pass the index of the rejected charge");
      }
      Objects.requireNonNull(decision, "decision");
    }
  }
}

package dev.flowshield;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;

/**
 * The result of a request for an estimated number of permits, whose true number is known later:
 * {@link Held} or {@link Rejected}.
 *
 * <pre>{@code
 * Reservation reservation = limiter.reserve("alice", 500);
 * if (reservation instanceof Reservation.Held held) {
 *   held.settle(answer(question)); // 320 used: 180 are refunded; 600 used: 100 more are taken
 * }
 * }</pre>
 */
public sealed interface Reservation {

  /** Returns whether the permits were taken. */
  default boolean isHeld() {
    return this instanceof Held;
  }

  /**
   * A reservation that took no permits. There is nothing to settle.
   *
   * @param decision the decision to reject
   */
  record Rejected(Decision.Rejected decision) implements Reservation {

    /** Returns the shortest wait that can help. */
    public Duration retryAfter() {
      return decision.retryAfter();
    }
  }

  /**
   * A reservation that took the estimated permits. It can be settled once. A reservation that is
   * never settled counts as fully used.
   *
   * <p>Thread-safe. If it is settled several times, only the first call has an effect.
   */
  final class Held implements Reservation {

    private static final VarHandle SETTLEMENT;

    static {
      try {
        SETTLEMENT =
            MethodHandles.lookup().findVarHandle(Held.class, "settlement", Settlement.class);
      } catch (ReflectiveOperationException impossible) {
        throw new ExceptionInInitializerError(impossible);
      }
    }

    private static final Settlement DONE = used -> {};

    private final long permits;
    private final Decision.Admitted decision;
    private volatile Settlement settlement;

    /**
     * Creates a reservation. For authors of limiters.
     *
     * @param permits the permits taken
     * @param decision the decision that took them
     * @param settlement the action of the first settlement; called at most once
     */
    public Held(long permits, Decision.Admitted decision, Settlement settlement) {
      this.permits = permits;
      this.decision = Objects.requireNonNull(decision, "decision");
      this.settlement = Objects.requireNonNull(settlement, "settlement");
    }

    /** Returns the permits taken. */
    public long permits() {
      return permits;
    }

    /** Returns the decision that took the permits. */
    public Decision.Admitted decision() {
      return decision;
    }

    /**
     * Settles the reservation at the number of permits used. Unused permits are refunded, up to the
     * burst. Permits beyond the estimate are taken now, even if the key does not have them. The key
     * then pays for them before its next request is admitted.
     *
     * <p>A refund does not depend on how long the work took. The caller may use the reserved
     * permits at any time until it settles. Any span of time therefore spends at most the limit for
     * that span plus the reservations that were open when the span began. A limit on work in flight
     * bounds the latter. A limiter may refund less, for example if it subtracts permits already
     * refilled.
     *
     * @param used the number of permits used, 0 or more
     * @throws IllegalArgumentException if {@code used} is negative. The reservation stays open then
     */
    public void settle(long used) {
      if (used < 0) {
        throw new IllegalArgumentException(
            "used must be 0 or more, got " + used + ": settle(0) refunds all permits");
      }
      ((Settlement) SETTLEMENT.getAndSet(this, DONE)).settle(used);
    }

    /** Refunds all permits, because they were not used. Equivalent to {@code settle(0)}. */
    public void cancel() {
      settle(0);
    }

    @Override
    public String toString() {
      return "Held[" + permits + " permits, " + (settlement == DONE ? "settled" : "open") + "]";
    }
  }

  /**
   * The action that corrects the account of a {@link Held} reservation. For authors of limiters.
   */
  @FunctionalInterface
  interface Settlement {

    /** Corrects the account by the number of permits used. Called at most once. */
    void settle(long used);
  }
}

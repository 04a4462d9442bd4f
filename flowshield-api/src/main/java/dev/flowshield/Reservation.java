package dev.flowshield;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;

/**
 * The answer to a request for an estimated number of permits, whose true number shows later:
 * {@link Held} or {@link Rejected}.
 *
 * <pre>{@code
 * Reservation reservation = limiter.reserve("alice", 500);
 * if (reservation instanceof Reservation.Held held) {
 *   held.settle(answer(question)); // 320 were used: 180 come back; of 600, 100 more were taken
 * }
 * }</pre>
 */
public sealed interface Reservation {

  /** Whether the permits were taken. */
  default boolean isHeld() {
    return this instanceof Held;
  }

  /** Nothing was taken, and there is nothing to settle. */
  record Rejected(Decision.Rejected decision) implements Reservation {

    /** The shortest wait that could help. */
    public Duration retryAfter() {
      return decision.retryAfter();
    }
  }

  /**
   * The estimate is taken, and can be settled once. One that is never settled was right.
   *
   * <p>Thread-safe: of several calls the first counts.
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
     * For authors of limiters.
     *
     * @param permits what was taken
     * @param settlement is told at most once what was used
     */
    public Held(long permits, Decision.Admitted decision, Settlement settlement) {
      this.permits = permits;
      this.decision = Objects.requireNonNull(decision, "decision");
      this.settlement = Objects.requireNonNull(settlement, "settlement");
    }

    /** The permits that were taken. */
    public long permits() {
      return permits;
    }

    /** The answer when they were taken. */
    public Decision.Admitted decision() {
      return decision;
    }

    /**
     * Settles the reservation at the permits that were used. Permits that were not used are
     * refunded, up to the burst. Permits beyond the estimate are taken now, whether or not they are
     * there, so the key pays for them before it is admitted again.
     *
     * <p>A refund does not depend on how long the work took. What was reserved may be used at any
     * time until it is settled. So any span of time spends at most what the limit admits in it, and
     * what was reserved and open when the span began. A cap on work in flight bounds the latter. A
     * limiter may refund less, such as one that subtracts what has come back by itself.
     *
     * @throws IllegalArgumentException if {@code used} is negative; nothing is settled then
     */
    public void settle(long used) {
      if (used < 0) {
        throw new IllegalArgumentException(
            "used must be 0 or more, got " + used + ": settle(0) gives all permits back");
      }
      ((Settlement) SETTLEMENT.getAndSet(this, DONE)).settle(used);
    }

    /** Gives all permits back: nothing was used. As {@code settle(0)}. */
    public void cancel() {
      settle(0);
    }

    @Override
    public String toString() {
      return "Held[" + permits + " permits, " + (settlement == DONE ? "settled" : "open") + "]";
    }
  }

  /** Sets the account of a {@link Held} right. */
  @FunctionalInterface
  interface Settlement {

    /** Called at most once. */
    void settle(long used);
  }
}

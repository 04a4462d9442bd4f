package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimitStore;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import dev.flowshield.StoreStats;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A limit that a limiter of another kind keeps. It cannot be judged without taking, so it is asked
 * last. Its permits can be refunded only if the limiter can reserve.
 */
final class ExternalLimit extends ActiveLimit {

  private final RateLimiter limiter;
  private final @Nullable LimitStore store;
  private final boolean canRefund;

  /** A limit that a limiter keeps, in a store if there is one. */
  ExternalLimit(Limit limit, RateLimiter limiter, @Nullable LimitStore store) {
    super(limit);
    this.limiter = limiter;
    this.store = store;
    this.canRefund = limiter.capabilities().contains(Capability.RESERVE);
  }

  boolean canRefund() {
    return canRefund;
  }

  /** Returns the store that keeps it; null if its limiter alone does. */
  @Nullable
  LimitStore store() {
    return store;
  }

  /** Returns a charge as its store is asked for it. */
  LimitStore.StoreCharge charge(String key, long permits) {
    return new LimitStore.StoreCharge(limiter, key, permits);
  }

  @Override
  @Nullable
  StoreStats storeStats() {
    return store == null ? null : store.stats();
  }

  /** Returns the limiter lacks a capability. */
  UnsupportedOperationException missing(Capability capability, String wayOut) {
    return new UnsupportedOperationException(
        "limit '" + limit().name() + "' must be kept by a limiter whose capabilities() include "
            + capability + ", got one with " + limiter.capabilities() + ": " + wayOut);
  }

  private void require(Capability capability) {
    if (!limiter.capabilities().contains(capability)) {
      throw missing(capability, "choose one that can, as those of the engine can");
    }
  }

  @Override
  int order() {
    return canRefund ? 2 : 3;
  }

  @Override
  long burst() {
    long least = Long.MAX_VALUE;
    for (RateLimit each : limit().limits()) {
      least = Math.min(least, each.burst());
    }
    return least;
  }

  @Override
  long retryAfterNanos(long hash, long permits, long now) {
    return 0;
  }

  @Override
  OverLimit overLimit(long hash, long permits, long now, long retryAfterNanos) {
    return new OverLimit(
        limit().name(), limit().scope(), limit().limits().get(0), 0, retryAfterNanos);
  }

  @Override
  Decision look(String key, long permits, long now) {
    require(Capability.PEEK);
    return answered(limiter.peek(key));
  }

  @Override
  void addStatus(String key, long hash, long permits, long now, List<LimitStatus> to) {
    addStatus(look(key, permits, now), to);
  }

  /** Adds its state by an answer of its limiter. */
  void addStatus(Decision decision, List<LimitStatus> to) {
    List<LimitStatus> statuses = decision.limits();
    if (statuses.isEmpty() && limit().limits().size() == 1) { // of one rate the decision says all
      long wait = decision instanceof Decision.Rejected rejected ? rejected.retryAfterNanos() : 0;
      to.add(new LimitStatus(limit().name(), limit().limits().get(0), decision.remaining(), wait));
    }
    for (LimitStatus each : statuses) {
      to.add(
          new LimitStatus(limit().name(), each.rate(), each.remaining(), each.retryAfterNanos()));
    }
  }

  @Override
  void reset(String key) {
    require(Capability.RESET);
    limiter.reset(key);
  }

  @Override
  void add(String key, long permits) {
    require(Capability.ADD);
    limiter.add(key, permits);
  }

  @Override
  boolean canKeepTo(List<RateLimit> limits) {
    require(Capability.CHANGE);
    return false;
  }

  @Override
  void keepTo(List<RateLimit> limits) {
    limiter.changeTo(limits);
  }

  @Override
  long tracked() {
    return 0;
  }

  @Override
  long maxKeys() {
    return 0;
  }

  @Override
  long slots() {
    return 0;
  }

  @Override
  long overflowed() {
    return 0;
  }

  /** Returns an answer of a user's code, which may be null; null must not pass for a yes. */
  <T> T answered(@Nullable T answer) {
    if (answer == null) {
      throw noAnswer();
    }
    return answer;
  }

  /** Returns the limiter broke its contract. */
  IllegalStateException noAnswer() {
    return new IllegalStateException("an answer of the limiter that keeps limit '"
        + limit().name() + "' must be Admitted or Rejected, got null: correct that limiter");
  }

  /**
   * Asks for permits of a key, without a thread that waits.
   *
   * @return a {@link Reservation}, or a {@link Decision} if the permits cannot be refunded
   */
  CompletionStage<?> takeLater(String key, long permits) {
    return canRefund
        ? answered(limiter.reserveAsync(key, permits))
        : answered(limiter.decideAsync(key, permits));
  }

  /** Returns the rejection for an answer of the limiter. */
  Rejection rejection(Decision.Rejected rejected) {
    Limit limit = limit();
    if (rejected.reason() == Decision.Reason.NO_STORE) {
      return new Unavailable(limit.name(), Math.max(1, rejected.retryAfterNanos()));
    }
    RateLimit rejecting = limit.limits().get(0);
    for (RateLimit each : limit.limits()) {
      rejecting = each.toString().equals(rejected.limit()) ? each : rejecting;
    }
    return new OverLimit(
        limit.name(),
        limit.scope(),
        rejecting,
        rejected.remaining(),
        Math.max(1, rejected.retryAfterNanos()));
  }

  /**
   * Asks for permits of a key.
   *
   * @return as {@link #takeLater} gives it
   */
  Object take(String key, long permits) {
    return canRefund
        ? answered(limiter.reserve(key, permits))
        : answered(limiter.decide(key, permits));
  }
}

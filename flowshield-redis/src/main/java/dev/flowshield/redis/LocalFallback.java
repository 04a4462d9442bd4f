package dev.flowshield.redis;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What an instance may while the store does not answer: an equal share of the limits, kept by a
 * limiter of the engine. What it admits is owed to the store, to be charged there once it answers
 * again.
 *
 * <p>Thread-safe.
 */
final class LocalFallback {

  private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

  private final RateLimiter limiter;
  private final ConcurrentMap<String, CompletableFuture<Void>> payments = new ConcurrentHashMap<>();
  private volatile List<RateLimit> limits;

  /** A share of which no key has taken anything. */
  LocalFallback(LimiterSpec spec, List<RateLimit> limits, int instances) {
    this.limits = shares(limits, instances);
    this.limiter = RateLimiter.of(
        LimiterSpec.ofAll(this.limits).withTicker(spec.ticker()).withMaxKeys(spec.maxKeys()));
  }

  /** Does once what an outage needs. */
  static void loadClasses(LimiterSpec spec) {
    LimiterSpec untimed = spec.withTicker(() -> 0); // so that nothing comes back meanwhile
    LocalFallback share = new LocalFallback(untimed, spec.limits(), 1);
    share.reserve("key", 1);
    Objects.requireNonNull(
            share.pay("key", owed -> CompletableFuture.completedFuture(ScriptReply.NOTHING)))
        .join();
  }

  private static List<RateLimit> shares(List<RateLimit> limits, int instances) {
    return limits.stream().map(limit -> share(limit, instances)).toList();
  }

  /** The part of a limit, which is never less than a permit. */
  static RateLimit share(RateLimit limit, int instances) {
    long burst = Math.max(1, limit.burst() / instances);
    Duration longer = limit.period().multipliedBy(instances);
    return longer.compareTo(LONGEST_PERIOD) <= 0
        ? new RateLimit(limit.permits(), longer, burst)
        : new RateLimit(Math.max(1, limit.permits() / instances), limit.period(), burst);
  }

  /** Takes permits; of a request for more than the share can ever have, all of the share. */
  Reservation reserve(String key, long permits) {
    long most = permits;
    for (RateLimit limit : limits) {
      most = Math.min(most, limit.burst());
    }
    return limiter.reserve(key, most);
  }

  Decision peek(String key) {
    return limiter.peek(key);
  }

  /** Whether a key has taken permits that have not come back and are not charged yet. */
  boolean owes(String key) {
    return LongStream.of(owed(key)).max().orElse(0) > 0;
  }

  /**
   * Charges the permits that a key has taken and that have not come back, unless another thread is
   * doing so.
   *
   * @param charge asks the store to charge permits of each rate
   * @return a future that fails if the key owes as before; null if nothing is owed
   */
  @Nullable
  CompletableFuture<Void> pay(String key, Function<long[], CompletableFuture<ScriptReply>> charge) {
    CompletableFuture<Void> known = payments.get(key);
    if (known != null) {
      return known;
    }
    if (!isAnyOwed(owed(key))) {
      return null;
    }
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other = payments.putIfAbsent(key, mine);
    if (other != null) {
      return other;
    }
    try {
      long[] owed = owed(key); // once more, as another thread may have paid meanwhile
      if (isAnyOwed(owed)) {
        charge
            .apply(owed)
            .whenComplete((reply, failure) -> end(key, mine, owed, failure))
            .exceptionally(failure -> null); // which the payment has
      } else {
        end(key, mine, owed, null);
      }
    } catch (Throwable failure) { // such as of no memory
      end(key, mine, new long[0], failure);
    }
    return mine;
  }

  private static boolean isAnyOwed(long[] owed) {
    return LongStream.of(owed).anyMatch(permits -> permits > 0);
  }

  private void end(
      String key, CompletableFuture<Void> payment, long[] owed, @Nullable Throwable failure) {
    try {
      if (failure == null && isAnyOwed(owed)) {
        limiter.add(key, LongStream.of(owed).max().orElse(1));
      }
    } finally { // else all later requests of the key would wait for it
      payments.remove(key, payment);
      if (failure == null) {
        payment.complete(null);
      } else {
        payment.completeExceptionally(failure);
      }
    }
  }

  private long[] owed(String key) {
    List<RateLimit> now = limits;
    Decision decision = limiter.peek(key);
    long[] owed = new long[now.size()];
    for (int i = 0; i < owed.length; i++) {
      long remaining =
          owed.length == 1 ? decision.remaining() : decision.limits().get(i).remaining();
      owed[i] = Math.max(0, now.get(i).burst() - remaining);
    }
    return owed;
  }

  /** What a key has taken is not owed any more. */
  void forget(String key) {
    limiter.reset(key);
  }

  void add(String key, long permits) {
    limiter.add(key, permits);
  }

  /** The same of other limits, as many as before. */
  void changeTo(List<RateLimit> others, int instances) {
    List<RateLimit> next = shares(others, instances);
    limiter.changeTo(next);
    limits = next;
  }
}

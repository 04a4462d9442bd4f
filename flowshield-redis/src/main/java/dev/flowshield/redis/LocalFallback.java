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
 * A limiter for the time during which the store does not answer: each instance enforces an equal
 * part of the limits, by a limiter of the engine. The permits that it admits are debts, which are
 * charged in the store once it answers again.
 *
 * <p>Thread-safe.
 */
final class LocalFallback {

  private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

  private final RateLimiter limiter;
  private final ConcurrentMap<String, CompletableFuture<Void>> payments = new ConcurrentHashMap<>();
  private volatile List<RateLimit> limits;

  /** Creates a fallback without debts. */
  LocalFallback(LimiterSpec spec, List<RateLimit> limits, int instances) {
    this.limits = parts(limits, instances);
    this.limiter = RateLimiter.of(
        LimiterSpec.ofAll(this.limits).withTicker(spec.ticker()).withMaxKeys(spec.maxKeys()));
  }

  /** Loads the classes that an outage needs. */
  static void loadClasses(LimiterSpec spec) {
    LimiterSpec untimed = spec.withTicker(() -> 0); // so that no debt is paid off meanwhile
    LocalFallback unused = new LocalFallback(untimed, spec.limits(), 1);
    unused.reserve("key", 1);
    Objects.requireNonNull(
            unused.pay("key", owed -> CompletableFuture.completedFuture(ScriptReply.NOTHING)))
        .join();
  }

  private static List<RateLimit> parts(List<RateLimit> limits, int instances) {
    return limits.stream().map(limit -> part(limit, instances)).toList();
  }

  /** Returns the part of a limit for one instance, which is at least one permit. */
  static RateLimit part(RateLimit limit, int instances) {
    long burst = Math.max(1, limit.burst() / instances);
    Duration longer = limit.period().multipliedBy(instances);
    return longer.compareTo(LONGEST_PERIOD) <= 0
        ? new RateLimit(limit.permits(), longer, burst)
        : new RateLimit(Math.max(1, limit.permits() / instances), limit.period(), burst);
  }

  /** Takes permits; all that a key can have, if a request is for more than that. */
  Reservation reserve(String key, long permits) {
    long most = permits;
    for (RateLimit limit : limits) {
      most = Math.min(most, limit.burst());
    }
    return limiter.reserve(key, most);
  }

  /** Returns the decision about one permit, without taking it. */
  Decision peek(String key) {
    return limiter.peek(key);
  }

  /** Returns whether a key has debts that are neither paid off by time nor charged. */
  boolean owes(String key) {
    return LongStream.of(owed(key)).max().orElse(0) > 0;
  }

  /**
   * Charges the debts of a key in the store, unless another thread is doing so.
   *
   * @param charge makes the call that charges permits of each rate
   * @return a future that fails if the debts remain; null if the key has none
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
      long[] owed = owed(key); // again: another thread may have paid meanwhile
      if (isAnyOwed(owed)) {
        charge
            .apply(owed)
            .whenComplete((reply, failure) -> end(key, mine, owed, failure))
            .exceptionally(failure -> null); // the payment has it
      } else {
        end(key, mine, owed, null);
      }
    } catch (Throwable failure) { // no memory
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
    } finally { // otherwise all later requests for the key would wait for it
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

  /** Forgets the debts of a key. */
  void forget(String key) {
    limiter.reset(key);
  }

  /** Reduces the debts of a key by permits of each rate. */
  void add(String key, long permits) {
    limiter.add(key, permits);
  }

  /** Replaces the limits by as many others. */
  void changeTo(List<RateLimit> others, int instances) {
    List<RateLimit> next = parts(others, instances);
    limiter.changeTo(next);
    limits = next;
  }
}

package dev.flowshield.redis;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.StampedLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What an instance may while the store does not answer: an equal share of the limits, kept by a
 * limiter of the engine. What it admits is owed to the store, to be charged there once it answers
 * again.
 *
 * <p>Thread-safe.
 */
final class LocalShare {

  private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

  private final RateLimiter limiter;
  private final ConcurrentMap<String, CompletableFuture<Void>> payments = new ConcurrentHashMap<>();
  private final Ticker ticker;
  private final int instances;
  private final AtomicReference<@Nullable Use> used; // null after it was given up
  private final StampedLock changing = new StampedLock(); // written while the limiter is changed
  private volatile Terms terms;

  /**
   * Limits, and the shares of them that the limiter keeps. Immutable.
   *
   * @param rates the limits as the store keeps them
   */
  private record Terms(StoredRates rates, List<RateLimit> shares) {

    static Terms of(StoredRates rates, int instances) {
      return new Terms(
          rates, rates.limits().stream().map(limit -> share(limit, instances)).toList());
    }
  }

  /** The latest use, by a reading of the ticker. */
  private record Use(long at) {}

  /** The permits of each share that a key owes. Immutable. */
  private static final class Debt {

    private final Terms terms; // by which it was read
    private final long[] permits;

    Debt(Terms terms, Decision decision) {
      this.terms = terms;
      this.permits = new long[terms.shares.size()];
      for (int i = 0; i < permits.length; i++) {
        long remaining = permits.length == 1
            ? decision.remaining()
            : decision.standings().get(i).remaining();
        permits[i] = Math.max(0, terms.shares.get(i).burst() - remaining);
      }
    }

    boolean isAny() {
      return LongStream.of(permits).anyMatch(owed -> owed > 0);
    }

    /** Returns the most that is owed of a share, in permits by other terms, rounded up. */
    long most(Terms others) {
      long most = 1;
      for (int i = 0; i < permits.length; i++) {
        double part = (double) permits[i] / terms.shares.get(i).burst();
        most = Math.max(
            most,
            others.rates == terms.rates
                ? permits[i]
                : (long) Math.ceil(part * others.shares.get(i).burst()));
      }
      return most;
    }
  }

  /** A share of which no key has taken anything. */
  LocalShare(LimiterSpec spec, StoredRates rates, int instances) {
    this.ticker = spec.ticker();
    this.instances = instances;
    this.used = new AtomicReference<>(new Use(ticker.nanos()));
    this.terms = Terms.of(rates, instances);
    this.limiter = RateLimiter.of(
        LimiterSpec.ofAll(terms.shares).withTicker(ticker).withMaxKeys(spec.maxKeys()));
  }

  /** Does once what an outage needs. */
  static void loadClasses(LimiterSpec spec) {
    LimiterSpec untimed = spec.withTicker(() -> 0); // so that nothing comes back meanwhile
    LocalShare share = new LocalShare(untimed, new StoredRates(spec.limits(), 1_000), 1);
    share.reserve("key", 1);
    Objects.requireNonNull(
            share.pay("key", (rates, owed) -> CompletableFuture.completedFuture(Reply.NOTHING)))
        .join();
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
    for (RateLimit limit : terms.shares) {
      most = Math.min(most, limit.burst());
    }
    return limiter.reserve(key, most);
  }

  /**
   * Notes that permits were taken by a reading of the ticker. Returns whether that counts: it does
   * not if the share was given up before.
   */
  boolean use(long now) {
    return used.updateAndGet(seen -> seen == null || now - seen.at <= 0 ? seen : new Use(now))
        != null;
  }

  /**
   * Gives the share up if all that was taken has come back.
   *
   * @param idleNanos the time in which it does
   * @return whether it is given up
   */
  boolean giveUp(long now, long idleNanos) {
    Use seen = used.get();
    return seen == null || (now - seen.at > idleNanos && used.compareAndSet(seen, null));
  }

  Decision peek(String key) {
    return limiter.peek(key);
  }

  /** Whether a key may have taken permits that have not come back and are not charged yet. */
  boolean owes(String key) {
    Debt debt = owed(key);
    return debt == null || debt.isAny();
  }

  /**
   * Charges the permits that a key has taken and that have not come back, unless another thread is
   * doing so.
   *
   * @param charge asks the store to charge permits of each of some rates
   * @return a future that fails if the key owes as before; null if nothing is owed
   */
  @Nullable
  CompletableFuture<Void> pay(
      String key, BiFunction<StoredRates, long[], CompletableFuture<Reply>> charge) {
    CompletableFuture<Void> known = payments.get(key);
    if (known != null) {
      return known;
    }
    Debt seen = owed(key);
    if (seen != null && !seen.isAny()) {
      return null;
    }
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other = payments.putIfAbsent(key, mine);
    if (other != null) {
      return other;
    }
    try {
      Debt debt = owed(key); // once more, as another thread may have paid meanwhile
      if (debt == null) {
        end(key, mine, null, new StoreFailure(StoreFailure.NOT_ASKED));
      } else if (debt.isAny()) {
        charge
            .apply(debt.terms.rates, debt.permits)
            .whenComplete((reply, failure) -> end(key, mine, debt, failure))
            .exceptionally(failure -> null); // which the payment has
      } else {
        end(key, mine, null, null);
      }
    } catch (Throwable failure) { // such as of no memory
      end(key, mine, null, failure);
    }
    return mine;
  }

  private void end(
      String key,
      CompletableFuture<Void> payment,
      @Nullable Debt paid,
      @Nullable Throwable failure) {
    try {
      if (failure == null && paid != null) {
        giveBack(key, paid);
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

  private void giveBack(String key, Debt paid) {
    long stamp = changing.readLock();
    try {
      limiter.add(key, paid.most(terms));
    } finally {
      changing.unlockRead(stamp);
    }
  }

  /**
   * Returns what a key owes, by the terms that the limiter went by; null while another thread
   * changes these.
   */
  private @Nullable Debt owed(String key) {
    for (long stamp = changing.tryOptimisticRead();
        stamp != 0;
        stamp = changing.tryOptimisticRead()) {
      Debt debt = new Debt(terms, limiter.peek(key));
      if (changing.validate(stamp)) {
        return debt;
      }
    }
    return null;
  }

  /** What a key has taken is not owed any more. */
  void forget(String key) {
    limiter.reset(key);
  }

  /**
   * Goes by other limits, as many as before. They are read when no other thread changes them, so
   * the latest are those that stay.
   */
  void changeTo(Supplier<StoredRates> latest) {
    long stamp = changing.writeLock();
    try {
      StoredRates rates = latest.get();
      if (rates != terms.rates) {
        Terms next = Terms.of(rates, instances);
        limiter.changeTo(next.shares);
        terms = next;
        use(ticker.nanos()); // what is owed comes back at another rate from now on
      }
    } finally {
      changing.unlockWrite(stamp);
    }
  }
}

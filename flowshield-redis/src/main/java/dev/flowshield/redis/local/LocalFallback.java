package dev.flowshield.redis.local;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import dev.flowshield.redis.connection.StoreFailure;
import dev.flowshield.redis.script.ScriptReply;
import dev.flowshield.redis.script.StoredRates;
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
 * A limiter for the time during which the store does not answer: each instance enforces an equal
 * part of the limits, by a limiter of the engine. The permits that it admits are debts, which are
 * charged in the store once it answers again.
 *
 * <p>Thread-safe.
 */
public final class LocalFallback {

  private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

  private final RateLimiter limiter;
  private final ConcurrentMap<String, CompletableFuture<Void>> payments = new ConcurrentHashMap<>();
  private final Ticker ticker;
  private final int instances;
  private final AtomicReference<@Nullable Use> used; // null after it was given up
  private final StampedLock changing = new StampedLock(); // written while the limiter is changed
  private volatile Terms terms;

  /**
   * Limits, and the parts of them that the limiter enforces. Immutable.
   *
   * @param rates the limits as the store keeps them
   */
  private record Terms(StoredRates rates, List<RateLimit> parts) {

    static Terms of(StoredRates rates, int instances) {
      return new Terms(
          rates, rates.limits().stream().map(limit -> part(limit, instances)).toList());
    }
  }

  /** The latest use, by a reading of the ticker. */
  private record Use(long at) {}

  /** The debts of a key: permits of each part. Immutable. */
  private static final class Debt {

    private final Terms terms; // by which the permits were counted
    private final long[] permits;

    Debt(Terms terms, Decision decision) {
      this.terms = terms;
      this.permits = new long[terms.parts.size()];
      for (int i = 0; i < permits.length; i++) {
        long remaining = permits.length == 1
            ? decision.remaining()
            : decision.limits().get(i).remaining();
        permits[i] = Math.max(0, terms.parts.get(i).burst() - remaining);
      }
    }

    boolean isAny() {
      return LongStream.of(permits).anyMatch(owed -> owed > 0);
    }

    /** Returns the largest debt, in permits by other terms, rounded up. */
    long most(Terms others) {
      long most = 1;
      for (int i = 0; i < permits.length; i++) {
        double part = (double) permits[i] / terms.parts.get(i).burst();
        most = Math.max(
            most,
            others.rates == terms.rates
                ? permits[i]
                : (long) Math.ceil(part * others.parts.get(i).burst()));
      }
      return most;
    }
  }

  /** Creates a fallback without debts. */
  public LocalFallback(LimiterSpec spec, StoredRates rates, int instances) {
    this.ticker = spec.ticker();
    this.instances = instances;
    this.used = new AtomicReference<>(new Use(ticker.nanos()));
    this.terms = Terms.of(rates, instances);
    this.limiter = RateLimiter.of(
        LimiterSpec.ofAll(terms.parts).withTicker(ticker).withMaxKeys(spec.maxKeys()));
  }

  /** Loads the classes that an outage needs. */
  public static void loadClasses(LimiterSpec spec) {
    LimiterSpec untimed = spec.withTicker(() -> 0); // so that no debt is paid off meanwhile
    LocalFallback unused = new LocalFallback(untimed, new StoredRates(spec.limits(), 1_000), 1);
    unused.reserve("key", 1);
    Objects.requireNonNull(unused.pay(
            "key", (rates, owed) -> CompletableFuture.completedFuture(ScriptReply.NOTHING)))
        .join();
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
  public Reservation reserve(String key, long permits) {
    long most = permits;
    for (RateLimit limit : terms.parts) {
      most = Math.min(most, limit.burst());
    }
    return limiter.reserve(key, most);
  }

  /**
   * Notes that permits were taken at a reading of the ticker. Returns false if this fallback was
   * given up before, so that these permits do not count.
   */
  public boolean use(long now) {
    return used.updateAndGet(seen -> seen == null || now - seen.at <= 0 ? seen : new Use(now))
        != null;
  }

  /**
   * Gives this fallback up if all debts are paid off by time.
   *
   * @param idleNanos the time in which they are
   * @return whether it is given up
   */
  public boolean giveUp(long now, long idleNanos) {
    Use seen = used.get();
    return seen == null || (now - seen.at > idleNanos && used.compareAndSet(seen, null));
  }

  /** Returns the decision about one permit, without taking it. */
  public Decision peek(String key) {
    return limiter.peek(key);
  }

  /** Returns whether a key may have debts that are neither paid off by time nor charged. */
  public boolean owes(String key) {
    Debt debt = owed(key);
    return debt == null || debt.isAny();
  }

  /**
   * Charges the debts of a key in the store, unless another thread is doing so.
   *
   * @param charge makes the call that charges permits of each of some rates
   * @return a future that fails if the debts remain; null if the key has none
   */
  @Nullable
  public CompletableFuture<Void> pay(
      String key, BiFunction<StoredRates, long[], CompletableFuture<ScriptReply>> charge) {
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
      Debt debt = owed(key); // again: another thread may have paid meanwhile
      if (debt == null) {
        end(key, mine, null, new StoreFailure(StoreFailure.NOT_ASKED));
      } else if (debt.isAny()) {
        charge
            .apply(debt.terms.rates, debt.permits)
            .whenComplete((reply, failure) -> end(key, mine, debt, failure))
            .exceptionally(failure -> null); // the payment has it
      } else {
        end(key, mine, null, null);
      }
    } catch (Throwable failure) { // no memory
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
        payOff(key, paid);
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

  private void payOff(String key, Debt paid) {
    long stamp = changing.readLock();
    try {
      limiter.add(key, paid.most(terms));
    } finally {
      changing.unlockRead(stamp);
    }
  }

  /**
   * Returns the debts of a key by the terms that the limiter enforced; null while another thread
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

  /** Forgets the debts of a key. */
  public void forget(String key) {
    limiter.reset(key);
  }

  /**
   * Replaces the limits by as many others. They are read while no other thread changes them, so the
   * latest limits stay.
   */
  public void changeTo(Supplier<StoredRates> latest) {
    long stamp = changing.writeLock();
    try {
      StoredRates rates = latest.get();
      if (rates != terms.rates) {
        Terms next = Terms.of(rates, instances);
        limiter.changeTo(next.parts);
        terms = next;
        use(ticker.nanos()); // debts are paid off at another rate from now on
      }
    } finally {
      changing.unlockWrite(stamp);
    }
  }
}

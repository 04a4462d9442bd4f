package dev.flowshield.engine.limiter;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.StripedAllowance;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.spi.RateAlgorithm;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The engine's limiter: for each of its limits a key table, and a separate allowance for the calls
 * without a key, which need no hash.
 *
 * <p>With one limit, {@code decide} and {@code tryAcquire} are linearizable. For several limits see
 * {@link Allowances}, for calls without a key {@link StripedAllowance}.
 */
public final class KeyedLimiter implements RateLimiter {

  private static final long EVERYONE = 1; // any value, because it is ignored

  private final @Nullable Function<RateLimit, RateAlgorithm> formula;
  private final LimiterSpec spec;
  private final Ticker ticker;
  private final List<KeyTable> tables;
  private final Allowances keys;
  private final WaitQueue queue;
  private final ReentrantLock changing = new ReentrantLock(); // one change at a time
  private volatile LimitDecisions rules;
  private volatile @Nullable Allowances keyless; // until a call without a key comes
  private final Allowances.Afterwards<Allowances, Decision> admitted =
      (limits, hash, permits, now) -> admitted(limits, hash, permits);
  private final Allowances.Afterwards<Allowances, CompletableFuture<Decision>> admittedAtOnce =
      (limits, hash, permits, now) ->
          CompletableFuture.completedFuture(admitted(limits, hash, permits));

  /** Keeps the limits of the spec by a formula. */
  public KeyedLimiter(Function<RateLimit, RateAlgorithm> formula, LimiterSpec spec) {
    this(formula, spec.limits().stream().map(formula).toList(), spec);
  }

  /** Runs one algorithm with its own limit, which cannot be changed. */
  KeyedLimiter(RateAlgorithm algorithm, LimiterSpec spec) {
    this(null, List.of(algorithm), spec);
  }

  private KeyedLimiter(
      @Nullable Function<RateLimit, RateAlgorithm> formula,
      List<RateAlgorithm> algorithms,
      LimiterSpec spec) {
    this.formula = formula;
    this.spec = spec;
    this.ticker = spec.ticker();
    this.tables = algorithms.stream()
        .map(algorithm -> new KeyTable(algorithm, ticker, spec.maxKeys()))
        .toList();
    this.keys = new Allowances(tables);
    this.queue = new WaitQueue(ticker, spec.maxQueued());
    this.rules = LimitDecisions.of(spec.limits());
    if (Arguments.startsEmpty(spec)) {
      tables.forEach(KeyTable::startEmpty);
      keyless().spend(EVERYONE);
    }
  }

  @Override
  public Decision decide(String key, long permits) {
    Allowances limits = limits(key, permits);
    long hash = hash(key);
    if (isBeyondBurst(limits, permits)) {
      return rules.beyondBurst(limits, hash, permits, ticker.nanos());
    }
    if (limits.size() == 1) {
      return limits.get(0).take(hash, permits, rules.answer());
    }
    while (true) {
      long now = ticker.nanos();
      long wait = limits.retryAfterNanos(hash, permits, now);
      Decision decision = wait > 0
          ? rules.rejected(limits, hash, permits, now, wait)
          : limits.take(hash, permits, now, limits, admitted);
      if (decision != null) {
        return decision;
      }
    }
  }

  @Override
  public boolean tryAcquire(String key, long permits) {
    Allowances limits = limits(key, permits);
    if (isBeyondBurst(limits, permits)) {
      return false;
    }
    if (limits.size() == 1) {
      return limits.get(0).tryTake(hash(key), permits);
    }
    long hash = hash(key);
    while (true) {
      long now = ticker.nanos();
      if (limits.retryAfterNanos(hash, permits, now) > 0) {
        return false;
      }
      if (limits.take(hash, permits, now)) {
        return true;
      }
    }
  }

  @Override
  public boolean tryAcquire() {
    Allowances limits = keyless();
    return limits.size() == 1 ? limits.get(0).tryTake(EVERYONE, 1) : tryAcquire("", 1);
  }

  @Override
  public CompletableFuture<Decision> acquireAsync(String key, long permits, Duration maxWait) {
    Allowances limits = limits(key, permits);
    long maxWaitNanos = Arguments.requireWait(maxWait);
    long hash = hash(key);
    if (isBeyondBurst(limits, permits)) {
      return CompletableFuture.completedFuture(
          rules.beyondBurst(limits, hash, permits, ticker.nanos()));
    }
    while (true) {
      long now = ticker.nanos();
      long wait = limits.retryAfterNanos(hash, permits, now);
      if (wait == 0) {
        CompletableFuture<Decision> taken = limits.take(hash, permits, now, limits, admittedAtOnce);
        if (taken != null) {
          return taken;
        }
        continue;
      }
      CompletableFuture<Decision> waiting = wait > maxWaitNanos
          ? null
          : queue.await(
              key,
              new AdvanceReservation(limits, hash, permits),
              maxWaitNanos,
              () -> admitted(limits, hash, permits));
      if (waiting == WaitQueue.AVAILABLE) {
        continue; // they have come back since the clock was read
      }
      if (waiting != null && waiting != WaitQueue.FULL) {
        return waiting;
      }
      long left = limits.retryAfterNanos(hash, permits, now);
      if (left > 0) { // otherwise they have come back meanwhile
        Decision.Rejected rejected = rules.rejected(limits, hash, permits, now, left);
        return CompletableFuture.completedFuture(
            waiting == null ? rejected : rejected.withReason(Decision.Reason.QUEUE_FULL));
      }
    }
  }

  @Override
  public Reservation reserve(String key, long permits) {
    Allowances limits = limits(key, permits);
    long hash = hash(key);
    if (isBeyondBurst(limits, permits)) {
      return new Reservation.Rejected(rules.beyondBurst(limits, hash, permits, ticker.nanos()));
    }
    while (true) {
      long now = ticker.nanos();
      long wait = limits.retryAfterNanos(hash, permits, now);
      if (wait > 0) {
        return new Reservation.Rejected(rules.rejected(limits, hash, permits, now, wait));
      }
      long[] rows = limits.rows(hash, permits);
      if (limits.take(rows, 0, limits.size(), now)) {
        return held(limits, rows, hash, permits);
      }
    }
  }

  /** Returns a reservation by rows that are taken. If it cannot be made, they are refunded. */
  private Reservation held(Allowances limits, long[] rows, long hash, long permits) {
    boolean answered = false;
    try {
      Reservation held = new Reservation.Held(
          permits, admitted(limits, hash, permits), used -> limits.settle(rows, used));
      answered = true;
      return held;
    } finally {
      if (!answered) { // nothing is taken by a caller that gets no answer
        limits.refund(rows);
      }
    }
  }

  /**
   * Returns the answer to a request whose permits are taken. The taking may have read the clock
   * again: by an earlier reading, more would seem to be owed.
   */
  private Decision.Admitted admitted(Allowances limits, long hash, long permits) {
    return rules.admitted(limits, hash, permits, ticker.nanos());
  }

  @Override
  public Decision peek(String key) {
    Allowances limits = limits(key, 1);
    long hash = hash(key);
    long now = ticker.nanos();
    long wait = limits.retryAfterNanos(hash, 1, now);
    return wait > 0
        ? rules.rejected(limits, hash, 1, now, wait)
        : rules.admitted(limits, hash, 1, now);
  }

  @Override
  public void reset(String key) {
    long hash = hash(key);
    limits(key, 1).reset(hash);
  }

  @Override
  public void add(String key, long permits) {
    Allowances limits = limits(key, 1);
    Arguments.requireSome(permits);
    add(limits, key, hash(key), permits);
  }

  /** Adds permits like {@link #add(String, long)}, to some of its allowances. */
  public void add(Allowances to, String key, long hash, long permits) {
    queue.change(key, () -> to.add(hash, permits));
  }

  /**
   * Changes limit by limit in the order of the list. A limit that stays the same is not touched.
   * The allowances of the calls without a key come first.
   */
  @Override
  public void changeTo(List<RateLimit> limits) {
    if (formula == null) {
      RateLimiter.super.changeTo(limits);
      return;
    }
    LimitDecisions next = rules.changedTo(limits);
    changing.lock();
    try {
      Allowances others = keyless;
      int each = others == null ? 1 : 2;
      keys.after(others).change(rules.limits(each), next.limits(each), formula);
      rules = next;
    } finally {
      changing.unlock();
    }
  }

  @Override
  public Set<Capability> capabilities() {
    return formula != null
        ? EnumSet.allOf(Capability.class)
        : EnumSet.complementOf(EnumSet.of(Capability.CHANGE));
  }

  /** Returns the allowances of all keys but the empty one, by limit. */
  public List<KeyTable> tables() {
    return tables;
  }

  /** Returns the allowances of all keys but the empty one, by limit. */
  public Allowances keys() {
    return keys;
  }

  /** Returns the allowances of the calls without a key, by limit. */
  public Allowances keyless() {
    Allowances known = keyless;
    return known != null ? known : makeKeyless();
  }

  private Allowances makeKeyless() {
    changing.lock();
    try {
      Allowances known = keyless;
      if (known == null) {
        known = new Allowances(tables.stream()
            .map(table -> new StripedAllowance(table.algorithm(), ticker))
            .toList());
        keyless = known;
      }
      return known;
    } finally {
      changing.unlock();
    }
  }

  /** Returns the spec that it was made from; its limits may have changed since. */
  public LimiterSpec spec() {
    return spec;
  }

  /** Returns the limits as they are now. */
  public List<RateLimit> limits() {
    return rules.limits();
  }

  /** Returns the lock that a thread holds while it changes the limits. */
  public Lock changes() {
    return changing;
  }

  /**
   * Returns how it would keep a limit, if that is in its range; null if its limits cannot change.
   */
  public @Nullable RateAlgorithm algorithm(RateLimit limit) {
    return formula == null ? null : formula.apply(limit);
  }

  private Allowances limits(String key, long permits) {
    Arguments.requireKey(key);
    Arguments.requireAny(permits);
    return key.isEmpty() ? keyless() : keys;
  }

  private static boolean isBeyondBurst(Allowances limits, long permits) {
    return permits != 1 && permits > limits.burst(); // one is in every burst
  }

  private static long hash(String key) {
    return key.isEmpty() ? EVERYONE : KeyTable.hashOf(key);
  }

  @Override
  public String toString() {
    return "RateLimiter[" + rules.text() + "]";
  }
}

package dev.flowshield.engine.limiter;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.spi.RateAlgorithm;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The engine's limiter: for each of its limits a key table, and a word of its own for the calls
 * without a key, which need no hash.
 *
 * <p>With one limit, what is decided or tried is as if all calls came one after the other. With
 * several, see {@link Allowances}; for calls without a key, {@link HotAllowance}.
 */
public final class KeyedLimiter extends CurrentLimits implements RateLimiter {

  private static final long EVERYONE = 1; // whatever: a single limit does not look at it

  private final Queue queue;
  private final Allowances.Afterwards<Allowances, Decision> admitted = this::admitted;
  private final Allowances.Afterwards<Allowances, CompletableFuture<Decision>> admittedAtOnce =
      this::admittedAtOnce;

  /** Keeps the limits of the spec by a formula. */
  public KeyedLimiter(Function<RateLimit, RateAlgorithm> formula, LimiterSpec spec) {
    this(formula, spec.limits().stream().map(formula).toList(), spec);
  }

  /** Runs one algorithm, which knows its limit; so the limit cannot be changed. */
  KeyedLimiter(RateAlgorithm algorithm, LimiterSpec spec) {
    this(null, List.of(algorithm), spec);
  }

  private KeyedLimiter(
      @Nullable Function<RateLimit, RateAlgorithm> formula,
      List<RateAlgorithm> algorithms,
      LimiterSpec spec) {
    super(formula, algorithms, spec);
    this.queue = new Queue(ticker, spec.maxQueued());
    if (Arguments.startsEmpty(spec)) {
      tables().forEach(KeyTable::startEmpty);
      keyless().spend(EVERYONE);
    }
  }

  @Override
  public Decision decide(String key, long permits) {
    Allowances limits = limits(key, permits);
    if (limits.size() == 1) {
      return limits.get(0).take(hash(key), permits, rules().answer());
    }
    long hash = hash(key);
    while (true) {
      long now = ticker.nanos();
      long wait = limits.retryAfterNanos(hash, permits, now);
      Decision decision = wait > 0
          ? rules().rejected(limits, hash, permits, now, wait)
          : limits.take(hash, permits, now, limits, admitted);
      if (decision != null) {
        return decision;
      }
    }
  }

  @Override
  public boolean tryAcquire(String key, long permits) {
    Allowances limits = limits(key, permits);
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
              new Turn(limits, hash, permits),
              maxWaitNanos,
              () -> rules().admitted(limits, hash, permits, ticker.nanos()));
      if (waiting != null && waiting != Queue.FULL) {
        return waiting;
      }
      long left = limits.retryAfterNanos(hash, permits, now);
      if (left > 0) { // otherwise they came meanwhile
        Decision.Rejected rejected = rules().rejected(limits, hash, permits, now, left);
        return CompletableFuture.completedFuture(
            waiting == null ? rejected : rejected.becauseQueueIsFull());
      }
    }
  }

  @Override
  public Reservation reserve(String key, long permits) {
    Allowances limits = limits(key, permits);
    long hash = hash(key);
    while (true) {
      long now = ticker.nanos();
      long wait = limits.retryAfterNanos(hash, permits, now);
      if (wait > 0) {
        return new Reservation.Rejected(rules().rejected(limits, hash, permits, now, wait));
      }
      long[] rows = limits.rows(hash, permits);
      if (limits.take(rows, 0, limits.size(), now)) {
        return rules().held(limits, rows, hash, permits, now);
      }
    }
  }

  @Override
  public Decision peek(String key) {
    Allowances limits = limits(key, 1);
    long hash = hash(key);
    long now = ticker.nanos();
    long wait = limits.retryAfterNanos(hash, 1, now);
    return wait > 0
        ? rules().rejected(limits, hash, 1, now, wait)
        : rules().admitted(limits, hash, 1, now);
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
    limits.add(hash(key), permits);
  }

  /**
   * As declared, limit by limit in the order of the list; a limit that stays the same is left
   * alone. Calls without a key come first.
   */
  @Override
  public void changeTo(List<RateLimit> limits) {
    if (canChange()) {
      change(limits);
    } else {
      RateLimiter.super.changeTo(limits);
    }
  }

  @Override
  public Set<Capability> capabilities() {
    return canChange()
        ? EnumSet.allOf(Capability.class)
        : EnumSet.complementOf(EnumSet.of(Capability.CHANGE));
  }

  private Allowances limits(String key, long permits) {
    Arguments.requireKey(key);
    Allowances limits = key.isEmpty() ? keyless() : keys();
    if (permits != 1) { // one is in every burst
      Arguments.requirePermits(permits, limits.burst(), rules().text());
    }
    return limits;
  }

  private static long hash(String key) {
    return key.isEmpty() ? EVERYONE : KeyTable.hashOf(key);
  }

  private Decision admitted(Allowances limits, long hash, long permits, long now) {
    return rules().admitted(limits, hash, permits, now);
  }

  private CompletableFuture<Decision> admittedAtOnce(
      Allowances limits, long hash, long permits, long now) {
    return CompletableFuture.completedFuture(admitted(limits, hash, permits, now));
  }

  @Override
  public String toString() {
    return "RateLimiter[" + rules().text() + "]";
  }
}

package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket that is right because it is simple: one lock, and of each key all takings that may
 * still be given back. What was given back was never taken, so everything after it is worked out
 * again. The overridable steps are those that {@link Defects} get wrong.
 *
 * <p>A debt counts in units of which each nanosecond pays the permits of the limit, and a permit
 * costs the nanoseconds of the period: all whole numbers.
 */
class ExactLimiter implements RateLimiter {

  /** Permits that are used at a time, perhaps ahead; open while they may be given back. */
  static final class Taking {
    long at;
    long cost;
    boolean open;

    Taking(long at, long cost, boolean open) {
      this.at = at;
      this.cost = cost;
      this.open = open;
    }
  }

  /** What is owed at a time. */
  record Debt(long units, long at) {}

  /** A debt, and the takings after it. */
  static final class Account {
    Debt debt;
    final List<Taking> takings = new ArrayList<>();
    final List<Waiter> waiters = new ArrayList<>();

    Account(long now) {
      debt = new Debt(0, now);
    }
  }

  /** A caller that waits for its taking to come true. */
  static final class Waiter {
    final String key;
    final long permits;
    final Taking taking;
    final CompletableFuture<Decision> future = new CompletableFuture<>();
    CompletableFuture<Void> timer;

    Waiter(String key, long permits, Taking taking, CompletableFuture<Void> timer) {
      this.key = key;
      this.permits = permits;
      this.taking = taking;
      this.timer = timer;
    }
  }

  private record Verdict(long ahead, long remaining) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Account> accounts = new HashMap<>();
  private final Ticker ticker;
  private final int maxKeys;
  private final int maxQueued;
  int queued;
  private long fullUntil; // no key is idle before
  private @Nullable Long forgotten; // the latest reading at which idle keys were forgotten
  private RateLimit limit;
  private long unit;
  private long burst;

  ExactLimiter(LimiterSpec spec) {
    ticker = spec.ticker();
    maxKeys = spec.maxKeys();
    fullUntil = ticker.nanos();
    maxQueued = spec.maxQueued();
    limit = spec.limit();
    unit = limit.period().toNanos();
    burst = burst(limit);
  }

  private static long burst(RateLimit limit) {
    try {
      return Math.multiplyExact(4 * limit.burst(), limit.period().toNanos()) / 4;
    } catch (ArithmeticException overflow) {
      throw new IllegalArgumentException(
          "limit must fit a long, got " + limit + ": lower the burst");
    }
  }

  // What a defect may override.

  /** The time that has passed, in wrap-around time. */
  long passed(long from, long to) {
    return Math.max(0, to - from);
  }

  /** The nanoseconds in which so much comes back. */
  long waitFor(long units) {
    return units <= 0 ? 0 : (units - 1) / limit.permits() + 1;
  }

  long remaining(long units) {
    return Math.max(0, units) / unit;
  }

  String identity(String key) {
    return key;
  }

  void rejected(Account account, long permits) {}

  /** The wait before somebody new fits; 0 if there is room. */
  long makeRoom(Map<String, Account> all, long now) {
    if (all.size() >= maxKeys && fullUntil - now <= 0) {
      if (all.values().removeIf(account -> debt(account, now).units == 0)) {
        forgotten = now;
      }
      fullUntil = now
          + all.values().stream()
              .mapToLong(account -> waitFor(debt(account, now).units))
              .min()
              .orElse(0);
    }
    return all.size() < maxKeys ? 0 : fullUntil - now;
  }

  /**
   * Until when a key that is not known may owe what was forgotten: the ticker may have stepped
   * back.
   */
  long mayOweUntil(long now) {
    return forgotten == null ? now : forgotten;
  }

  /** A future of the ticker, which may throw. */
  CompletableFuture<Void> timer(long nanos) {
    return ticker.after(nanos);
  }

  /** Whether a waiter that is woken is served. */
  boolean isServed(Waiter waiter) {
    return true;
  }

  /** Whether a waiter whose future was completed gives up. */
  boolean givesUp(Waiter waiter) {
    return true;
  }

  /** Whether to change the limit. */
  boolean isChange(RateLimit next) {
    return !limit.equals(next);
  }

  /**
   * What is owed of the next limit by a key that owes so much of this one: as large a part of the
   * burst.
   */
  long converted(long units, RateLimit next) {
    return BigInteger.valueOf(units)
        .multiply(BigInteger.valueOf(burst(next)))
        .add(BigInteger.valueOf(burst - 1))
        .divide(BigInteger.valueOf(burst))
        .longValueExact();
  }

  /** Takes back what was not used. */
  void giveBack(Account account, Taking taking, long unused) {
    taking.cost -= unused * unit;
  }

  /** The time from which on somebody who asks now is served. */
  long turn(Debt last, long now) {
    return last.at - now > 0 ? last.at : now;
  }

  void enter() {
    lock.lock();
  }

  void leave() {
    lock.unlock();
  }

  /** Between judging and taking. */
  void judged() {}

  boolean mayBeHad(long permits) {
    return permits >= 1 && permits <= limit.burst();
  }

  /**
   * What a defect does: all is back earlier by the time of these permits, whatever still waits for
   * its own.
   */
  final void shiftTheEnd(Account account, long permits) {
    Debt owed = replayed(account);
    account.debt = new Debt(owed.units, owed.at - waitFor(permits * unit));
    account.takings.clear();
  }

  final RateLimit limit() {
    return limit;
  }

  final long unit() {
    return unit;
  }

  // What is right.

  @Override
  public Decision decide(String key, long permits) {
    enter();
    try {
      requireCallable(key, permits);
      long now = ticker.nanos();
      Verdict verdict = judge(key, permits, now);
      if (verdict.ahead > 0) {
        Account account = accounts.get(identity(key));
        if (account != null) {
          rejected(account, permits);
        }
        return new Decision.Rejected(verdict.remaining, verdict.ahead, limit.toString());
      }
      judged();
      take(key, permits, now, false);
      return new Decision.Admitted(verdict.remaining - permits);
    } finally {
      leave();
    }
  }

  @Override
  public CompletableFuture<Decision> acquireAsync(String key, long permits, Duration maxWait) {
    if (maxWait.isNegative() || maxWait.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "maxWait must be 0 to one hour, got " + maxWait + ": wait less");
    }
    enter();
    try {
      requireCallable(key, permits);
      long now = ticker.nanos();
      Verdict verdict = judge(key, permits, now);
      boolean tooLong = verdict.ahead > maxWait.toNanos();
      if (tooLong || (verdict.ahead > 0 && queued >= maxQueued)) {
        Decision.Rejected rejected =
            new Decision.Rejected(verdict.remaining, verdict.ahead, limit.toString());
        return CompletableFuture.completedFuture(
            tooLong ? rejected : rejected.becauseQueueIsFull());
      }
      if (verdict.ahead == 0) {
        take(key, permits, now, false);
        return CompletableFuture.completedFuture(
            new Decision.Admitted(verdict.remaining - permits));
      }
      CompletableFuture<Void> timer = timer(verdict.ahead); // first, as it may throw
      Taking taking = new Taking(now + verdict.ahead, permits * unit, true);
      Waiter waiter = new Waiter(key, permits, taking, timer);
      Account account = accounts.computeIfAbsent(identity(key), absent -> new Account(now));
      append(account, taking);
      account.waiters.add(waiter);
      queued++;
      wakes(timer, waiter);
      CompletableFuture<Decision> unused = waiter.future.whenComplete((decision, failure) -> {
        if (givesUp(waiter)) {
          giveUp(waiter);
        }
      });
      return waiter.future;
    } finally {
      leave();
    }
  }

  private void wakes(CompletableFuture<Void> timer, Waiter waiter) {
    CompletableFuture<Void> unused = timer.thenRun(() -> {
      if (isServed(waiter)) {
        serve(waiter);
      }
    });
  }

  private void serve(Waiter waiter) {
    enter();
    try {
      if (!waiter.taking.open) {
        return;
      }
      leave(waiter);
      settle(waiter.key, waiter.taking, 0);
    } finally {
      leave();
    }
    waiter.future.complete(new Decision.Admitted(0));
  }

  private void giveUp(Waiter waiter) {
    List<Waiter> due = List.of();
    enter();
    try {
      if (waiter.taking.open) {
        leave(waiter);
        waiter.timer.cancel(false);
        due = settle(waiter.key, waiter.taking, waiter.permits);
      }
    } finally {
      leave();
    }
    due.forEach(this::serve);
  }

  private void leave(Waiter waiter) {
    queued--;
    account(waiter.key).ifPresent(account -> account.waiters.remove(waiter));
  }

  private Optional<Account> account(String key) {
    return Optional.ofNullable(accounts.get(identity(key)));
  }

  @Override
  public Reservation reserve(String key, long permits) {
    enter();
    try {
      requireCallable(key, permits);
      long now = ticker.nanos();
      Verdict verdict = judge(key, permits, now);
      if (verdict.ahead > 0) {
        return new Reservation.Rejected(
            new Decision.Rejected(verdict.remaining, verdict.ahead, limit.toString()));
      }
      Taking taking = take(key, permits, now, true);
      return new Reservation.Held(
          permits,
          new Decision.Admitted(verdict.remaining - permits),
          used -> settle(key, taking, permits, used));
    } finally {
      leave();
    }
  }

  private void settle(String key, Taking taking, long permits, long used) {
    List<Waiter> due;
    enter();
    try {
      due = settle(key, taking, Math.max(0, permits - used));
      if (used > permits) {
        take(key, used - permits, ticker.nanos(), false);
      }
    } finally {
      leave();
    }
    due.forEach(this::serve);
  }

  /** Closes a taking; answers the waiters whose permits are there therefore. */
  private List<Waiter> settle(String key, Taking taking, long unused) {
    taking.open = false;
    Account account = accounts.get(identity(key));
    if (account == null || !account.takings.contains(taking)) {
      return List.of();
    }
    giveBack(account, taking, unused);
    if (unused == 0) {
      return List.of();
    }
    account.takings.removeIf(one -> one == taking && one.cost == 0);
    return moveUp(account);
  }

  /** Lets those that wait take as early as they can now; answers those that need not wait. */
  List<Waiter> moveUp(Account account) {
    long now = ticker.nanos();
    List<Waiter> due = new ArrayList<>();
    Debt debt = account.debt;
    for (Taking taking : account.takings) {
      for (Waiter waiter : account.waiters) {
        if (waiter.taking == taking) {
          long start = turn(debt, now);
          long ahead = start - now + waitFor(paid(debt, start).units + taking.cost - burst);
          if (ahead == 0) {
            due.add(waiter);
          } else if (ahead < taking.at - now) {
            CompletableFuture<Void> earlier = timer(ahead);
            waiter.timer.cancel(false);
            waiter.timer = earlier;
            wakes(earlier, waiter);
          }
          taking.at = ahead < taking.at - now ? now + ahead : taking.at;
        }
      }
      debt = after(debt, taking);
    }
    return due;
  }

  @Override
  public Decision peek(String key) {
    return look(key, 1);
  }

  /** What decide would answer, but with what remains now. */
  final Decision look(String key, long permits) {
    enter();
    try {
      requireCallable(key, permits);
      Verdict verdict = judge(key, permits, ticker.nanos());
      return verdict.ahead > 0
          ? new Decision.Rejected(verdict.remaining, verdict.ahead, limit.toString())
          : new Decision.Admitted(verdict.remaining);
    } finally {
      leave();
    }
  }

  @Override
  public void reset(String key) {
    enter();
    try {
      accounts.remove(identity(key));
    } finally {
      leave();
    }
  }

  @Override
  public void changeTo(List<RateLimit> limits) {
    if (limits.size() != 1) {
      throw new IllegalArgumentException("limits must be one, got " + limits + ": choose one");
    }
    enter();
    try {
      RateLimit next = limits.get(0);
      long nextBurst = burst(next);
      if (!isChange(next)) {
        return;
      }
      long now = ticker.nanos();
      for (Account account : accounts.values()) {
        Debt debt = debt(account, now);
        account.debt = new Debt(converted(debt.units, next), debt.at);
        account.takings.clear();
      }
      limit = next;
      unit = next.period().toNanos();
      burst = nextBurst;
    } finally {
      leave();
    }
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.complementOf(EnumSet.of(Capability.ADD));
  }

  private void requireCallable(String key, long permits) {
    Objects.requireNonNull(key, "key");
    if (key.length() > LONGEST_KEY || !mayBeHad(permits)) {
      throw new IllegalArgumentException("permits must be 1 to " + limit.burst()
          + " and a key short, got " + permits + ": ask for fewer");
    }
  }

  private Verdict judge(String key, long permits, long now) {
    @Nullable Account account = accounts.get(identity(key));
    if (account == null) {
      long wait = Math.max(makeRoom(accounts, now), mayOweUntil(now) - now);
      return new Verdict(wait, wait > 0 ? 0 : limit.burst());
    }
    Debt last = replayed(account);
    long start = turn(last, now);
    long units = paid(last, start).units;
    return new Verdict(
        start - now + waitFor(units + permits * unit - burst),
        start - now > 0 ? 0 : remaining(burst - units));
  }

  private Taking take(String key, long permits, long at, boolean open) {
    Account account = accounts.computeIfAbsent(identity(key), absent -> new Account(at));
    if (account.waiters.isEmpty() && debt(account, at).units == 0) {
      account.debt = new Debt(0, at);
      account.takings.clear();
    }
    return append(account, new Taking(at, permits * unit, open));
  }

  private Taking append(Account account, Taking taking) {
    account.takings.add(taking);
    while (!account.takings.isEmpty() && !account.takings.get(0).open) {
      account.debt = after(account.debt, account.takings.remove(0));
    }
    return taking;
  }

  /** What is owed now, or at the end of what was taken ahead. */
  private Debt debt(Account account, long now) {
    return paid(replayed(account), now);
  }

  final Debt replayed(Account account) {
    Debt debt = account.debt;
    for (Taking taking : account.takings) {
      debt = after(debt, taking);
    }
    return debt;
  }

  private Debt after(Debt debt, Taking taking) {
    Debt paid = paid(debt, taking.at);
    return new Debt(paid.units + taking.cost, paid.at);
  }

  private Debt paid(Debt debt, long now) {
    long passed = passed(debt.at, now);
    return new Debt(
        passed > debt.units / limit.permits() ? 0 : debt.units - passed * limit.permits(),
        now - debt.at > 0 ? now : debt.at);
  }
}

package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import dev.flowshield.testkit.Account.Taking;
import dev.flowshield.testkit.Account.Waiter;
import dev.flowshield.testkit.Debts.Debt;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A token bucket that is correct because it is simple: one lock around the {@link Accounts} of the
 * keys, their {@link Debts}, and the {@link Waiters}. Each of them may be replaced by a {@link
 * Defect}.
 */
class ExactLimiter implements RateLimiter {

  private record Verdict(long ahead, long remaining) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Ticker ticker;
  private final Function<RateLimit, Debts> debtsOf;
  private final Accounts accounts;
  private final Waiters waiters;
  private Debts debts;

  ExactLimiter(LimiterSpec spec) {
    this(spec, Debts::new);
  }

  ExactLimiter(LimiterSpec spec, Function<RateLimit, Debts> debtsOf) {
    this(spec, debtsOf, new Accounts(spec), limiter -> new Waiters(limiter, spec));
  }

  private ExactLimiter(
      LimiterSpec spec,
      Function<RateLimit, Debts> debtsOf,
      Accounts accounts,
      Function<ExactLimiter, Waiters> waitersOf) {
    this.ticker = spec.ticker();
    this.debtsOf = debtsOf;
    this.debts = debtsOf.apply(spec.limit());
    this.accounts = accounts;
    this.waiters = waitersOf.apply(this);
  }

  /** Creates a limiter with these accounts. */
  static ExactLimiter withAccounts(LimiterSpec spec, Accounts accounts) {
    return new ExactLimiter(spec, Debts::new, accounts, limiter -> new Waiters(limiter, spec));
  }

  /** Creates a limiter with these waiters. */
  static ExactLimiter withWaiters(LimiterSpec spec, Function<ExactLimiter, Waiters> waitersOf) {
    return new ExactLimiter(spec, Debts::new, new Accounts(spec), waitersOf);
  }

  final Accounts accounts() {
    return accounts;
  }

  final Debts debts() {
    return debts;
  }

  void enter() {
    lock.lock();
  }

  void leave() {
    lock.unlock();
  }

  /** Called between decision and taking. */
  void judged() {}

  /** Returns whether to change the limit. */
  boolean isChange(RateLimit next) {
    return !debts.limit().equals(next);
  }

  @Override
  public Decision decide(String key, long permits) {
    enter();
    try {
      requireCallable(key, permits);
      long now = ticker.nanos();
      if (!debts.mayBeHad(permits)) {
        return beyondBurst(key, now);
      }
      Verdict verdict = judge(key, permits, now);
      if (verdict.ahead > 0) {
        Account account = accounts.find(key);
        if (account != null) {
          debts.rejected(account);
        }
        return rejected(verdict);
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
      if (!debts.mayBeHad(permits)) {
        return CompletableFuture.completedFuture(beyondBurst(key, now));
      }
      Verdict verdict = judge(key, permits, now);
      if (verdict.ahead > maxWait.toNanos()) {
        return CompletableFuture.completedFuture(rejected(verdict));
      }
      if (verdict.ahead == 0) {
        take(key, permits, now, false);
        return CompletableFuture.completedFuture(
            new Decision.Admitted(verdict.remaining - permits));
      }
      return waiters.areAsManyAsMayWait()
          ? CompletableFuture.completedFuture(
              rejected(verdict).withReason(Decision.Reason.QUEUE_FULL))
          : waiters.add(key, permits, verdict.ahead, now);
    } finally {
      leave();
    }
  }

  private Decision.Rejected rejected(Verdict verdict) {
    return new Decision.Rejected(verdict.remaining, verdict.ahead, debts.limit().toString());
  }

  private Decision.Rejected beyondBurst(String key, long now) {
    return rejected(new Verdict(Decision.NEVER, judge(key, 1, now).remaining))
        .withReason(Decision.Reason.BEYOND_BURST);
  }

  @Override
  public Reservation reserve(String key, long permits) {
    enter();
    try {
      requireCallable(key, permits);
      long now = ticker.nanos();
      if (!debts.mayBeHad(permits)) {
        return new Reservation.Rejected(beyondBurst(key, now));
      }
      Verdict verdict = judge(key, permits, now);
      if (verdict.ahead > 0) {
        return new Reservation.Rejected(rejected(verdict));
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
    due.forEach(waiters::serve);
  }

  /** Closes the taken permits, and returns the waiters that can be served then. */
  final List<Waiter> settle(String key, Taking taking, long unused) {
    taking.open = false;
    Account account = accounts.find(key);
    if (account == null || !account.takings.contains(taking)) {
      return List.of();
    }
    debts.refund(account, taking, unused);
    if (unused == 0) {
      return List.of();
    }
    account.takings.removeIf(one -> one == taking && one.cost == 0);
    return waiters.moveUp(account);
  }

  @Override
  public Decision peek(String key) {
    return look(key, 1);
  }

  /** Returns the decision about the permits, with the permits left now. */
  final Decision look(String key, long permits) {
    enter();
    try {
      requireCallable(key, permits);
      if (!debts.mayBeHad(permits)) {
        return beyondBurst(key, ticker.nanos());
      }
      Verdict verdict = judge(key, permits, ticker.nanos());
      return verdict.ahead > 0 ? rejected(verdict) : new Decision.Admitted(verdict.remaining);
    } finally {
      leave();
    }
  }

  @Override
  public void reset(String key) {
    enter();
    try {
      accounts.remove(key);
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
      Debts nextDebts = debtsOf.apply(next);
      if (!isChange(next)) {
        return;
      }
      long now = ticker.nanos();
      for (Account account : accounts.all.values()) {
        Debt owed = account.owed(debts, now);
        account.becomes(new Debt(debts.converted(owed.units(), next), owed.at()));
      }
      debts = nextDebts;
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
    if (key.length() > MAX_KEY_LENGTH || permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1 and a key short, got " + permits + ": ask for one or more");
    }
  }

  private Verdict judge(String key, long permits, long now) {
    Account account = accounts.find(key);
    if (account == null) {
      long wait = Math.max(accounts.makeRoom(debts, now), accounts.mayOweUntil(now) - now);
      return new Verdict(wait, wait > 0 ? 0 : debts.limit().burst());
    }
    Debt last = account.replayed(debts);
    return new Verdict(debts.ahead(last, debts.cost(permits), now), debts.remaining(last, now));
  }

  private Taking take(String key, long permits, long at, boolean open) {
    Account account = accounts.of(key, at);
    if (account.waiters.isEmpty() && account.owed(debts, at).units() == 0) {
      account.becomes(new Debt(0, at));
    }
    return account.append(debts, new Taking(at, debts.cost(permits), open));
  }
}

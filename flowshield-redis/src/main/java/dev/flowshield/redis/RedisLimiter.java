package dev.flowshield.redis;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.OnStoreFailure;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket for each key, kept in the store, and by this instance while the store does not
 * answer.
 *
 * <p>A decision is one round trip, but for a key that the store has rejected a moment ago, see
 * {@link Denials}, or that has a {@link Lease}. Thread-safe. What depends on a future runs on the
 * thread of the connection, so it must be short, and must not ask a limiter of the store and wait
 * for it.
 */
final class RedisLimiter implements RateLimiter {

  private final LimiterSpec spec;
  private final RedisStore store;
  private final OnStoreFailure onFailure;
  private final @Nullable Leases leases; // null for none
  private final Turns turns;
  private final Denials denials = new Denials();
  private volatile StoredRates rates;
  private final AtomicReference<@Nullable LocalShare> local =
      new AtomicReference<>(); // while owing

  RedisLimiter(LimiterSpec spec, RedisStore store, OnStoreFailure onFailure, boolean isLeased) {
    this.spec = spec;
    this.store = store;
    this.onFailure = onFailure;
    this.leases = isLeased ? new Leases() : null;
    this.turns = new Turns(store);
    this.rates = new StoredRates(spec.limits(), store.nanosPerTick());
    if (onFailure == OnStoreFailure.LOCAL) {
      LocalShare.loadClasses(spec); // while no request waits for that
    }
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(
        Capability.RESERVE, Capability.PEEK, Capability.RESET, Capability.ADD, Capability.CHANGE);
  }

  @Override
  public Decision decide(String key, long permits) {
    return decision(reserve(key, permits));
  }

  @Override
  public CompletionStage<Decision> decideAsync(String key, long permits) {
    return reserveAsync(key, permits).thenApply(RedisLimiter::decision);
  }

  private static Decision decision(Reservation reservation) {
    return reservation instanceof Reservation.Held held
        ? held.decision()
        : ((Reservation.Rejected) reservation).decision();
  }

  /** Blocks for no longer than the timeout of the store. */
  @Override
  public Reservation reserve(String key, long permits) {
    return reserveAsync(key, permits).join();
  }

  @Override
  public CompletableFuture<Reservation> reserveAsync(String key, long permits) {
    requireFit(key, permits);
    if (isBeyondBurst(permits)) {
      return CompletableFuture.completedFuture(beyondBurst(permits));
    }
    Reservation leased = countedFromLease(key, permits);
    if (leased != null) {
      return CompletableFuture.completedFuture(leased);
    }
    Asked question = asking(key, permits);
    if (!store.isOpen(question.name)) {
      return CompletableFuture.completedFuture(withoutStore(key, permits));
    }
    Reservation.Rejected known = known(question);
    if (known != null) {
      return CompletableFuture.completedFuture(known);
    }
    long since = store.ticker().nanos();
    CompletableFuture<Void> payment = payOff(question);
    CompletableFuture<Reply> reply = payment == null
        ? ask(question, since)
        : store.awaited(payment, since).thenCompose(paid -> ask(question, since));
    return reply.handle((answer, failure) ->
        failure == null ? answered(question, answer) : withoutStore(key, permits));
  }

  private CompletableFuture<Reply> ask(Asked question, long since) {
    return question.permits == 1
        ? turns.ask(question.name, question.rates, since)
        : store.calls().ask(store.form().takeAll(question.part()), store.nanosLeft(since));
  }

  /** Rejects what cannot be asked for. */
  void requireFit(String key, long permits) {
    if (permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1, got " + permits + ": ask for one or more");
    }
    requireKey(key);
  }

  private boolean isBeyondBurst(long permits) {
    return permits > rates.burst();
  }

  private Reservation.Rejected beyondBurst(long permits) {
    return new Reservation.Rejected(rates.beyondBurst(permits));
  }

  /** More than the burst is never there, so the store is not asked for more. */
  @Override
  public long tryAcquireUpTo(String key, long most) {
    return RateLimiter.super.tryAcquireUpTo(key, Math.min(most, rates.burst()));
  }

  /**
   * What is asked of the store.
   *
   * @param name of the key there
   * @param at the reading of the ticker before
   */
  record Asked(String key, String name, StoredRates rates, long permits, long at) {

    Question.Part part() {
      return new Question.Part(name, rates, permits);
    }
  }

  /** What to ask the store for permits. */
  Asked asking(String key, long permits) {
    return new Asked(
        key, store.name(spec.name(), key), rates, permits, spec.ticker().nanos());
  }

  /** The rejection that is known without asking; null if the store is to be asked. */
  Reservation.@Nullable Rejected known(Asked question) {
    if (isBeyondBurst(question.permits)) {
      return beyondBurst(question.permits);
    }
    Decision.Rejected known =
        denials.find(question.name, question.rates, question.permits, question.at);
    return known == null ? null : new Reservation.Rejected(known);
  }

  /** Permits that were taken from the store before; null if it has to be asked. */
  Reservation.@Nullable Held fromLease(String key, long permits) {
    long now = spec.ticker().nanos();
    StoredRates leased = rates;
    Lease lease = lease(key, leased, now);
    return lease == null ? null : taken(lease, key, leased, permits, now);
  }

  /** As {@link #fromLease}, for a request that is to be counted first. */
  private Reservation.@Nullable Held countedFromLease(String key, long permits) {
    if (leases == null) {
      return null;
    }
    long now = spec.ticker().nanos();
    StoredRates leased = rates;
    Lease lease = lease(key, leased, now);
    if (lease == null) {
      return null;
    }
    count(lease, key, leased, permits, now);
    return taken(lease, key, leased, permits, now);
  }

  /** Counts a request. Answers whether its permits are leased; other requests may be quicker. */
  boolean isLeased(String key, long permits) {
    if (leases == null) {
      return false;
    }
    long now = spec.ticker().nanos();
    StoredRates leased = rates;
    Lease lease = lease(key, leased, now);
    if (lease == null) {
      return false;
    }
    count(lease, key, leased, permits, now);
    return lease.has(permits, now);
  }

  /** Counts a request for a lease, and fills that up if it is time. */
  private void count(Lease lease, String key, StoredRates leased, long permits, long now) {
    lease.use(permits);
    long more = lease.beginAsking(Lease.most(leased, store.instances()), now);
    if (more > 0) {
      fill(lease, key, leased, more, now);
    }
  }

  private Reservation.@Nullable Held taken(
      Lease lease, String key, StoredRates leased, long permits, long now) {
    return lease.take(permits, now)
        ? new Reservation.Held(
            permits, lease.admitted(permits, now), used -> settle(key, leased, permits, used))
        : null;
  }

  /** The lease of a key; null where it has none, or owes what this instance admitted by itself. */
  private @Nullable Lease lease(String key, StoredRates leased, long now) {
    if (leases == null || !store.isCountOfAll() || Lease.most(leased, store.instances()) == 0) {
      return null;
    }
    LocalShare share = local.get();
    return share != null && share.owes(key) ? null : leases.of(key, leased, now);
  }

  private void fill(Lease lease, String key, StoredRates leased, long more, long now) {
    boolean isAsked = false;
    try {
      String name = store.name(spec.name(), key);
      if (store.isOpen(name)) {
        store
            .calls()
            .ask(store.form().of(Deed.SOME, name, leased, more))
            .handle((reply, failure) -> failure == null ? reply : Reply.NOTHING)
            .thenAccept(reply -> lease.end(reply, now))
            .exceptionally(failure -> null); // there is none
        isAsked = true;
      }
    } finally { // else the store would seem to be asked for it, and would not be asked again
      if (!isAsked) {
        lease.end(Reply.NOTHING, now);
      }
    }
  }

  private Reservation answered(Asked question, Reply reply) {
    return reply.granted() < question.permits ? rejected(question, reply) : held(question, reply);
  }

  /** The store has given the permits. */
  Reservation.Held held(Asked question, Reply reply) {
    denials.forget(question.name); // more is owed now
    return new Reservation.Held(
        question.permits,
        question.rates.admitted(reply.debts(), question.permits),
        used -> settle(question.key, question.rates, question.permits, used));
  }

  /** The store has not given them, as it would do again for now. */
  Reservation.Rejected rejected(Asked question, Reply reply) {
    denials.add(question.name, question.rates, reply.debts(), question.at);
    return new Reservation.Rejected(question.rates.rejected(reply.debts(), question.permits));
  }

  /** Settles by the limits of which the permits were taken; the store converts them to others. */
  private void settle(String key, StoredRates asked, long permits, long used) {
    if (used != permits) {
      String name = store.name(spec.name(), key);
      denials.forget(name);
      store
          .calls()
          .ask(settlement(name, asked, used - permits))
          .whenComplete((reply, failure) -> denials.forget(name)) // of before, but answered since
          .exceptionally(failure -> null); // which is counted
    }
  }

  private Question settlement(String name, StoredRates asked, long more) {
    if (more < 0) {
      return store.form().of(Deed.ADD, name, asked, -more);
    }
    long[] charged = new long[asked.size()];
    Arrays.fill(charged, more);
    return store.form().charge(name, asked, charged);
  }

  /**
   * Charges the store what this instance has admitted by itself. Nothing is to be taken there
   * before that has succeeded.
   *
   * @return a future that fails if the store has not answered; null if the key owes nothing
   */
  @Nullable
  CompletableFuture<Void> payOff(Asked question) {
    LocalShare share = local.get();
    if (share == null) {
      return null;
    }
    if (share.giveUp(question.at, question.rates.nanosUntilIdle())) {
      local.compareAndSet(share, null);
      return null;
    }
    return share.pay(
        question.key,
        (owing, owed) -> store.calls().ask(store.form().charge(question.name, owing, owed)));
  }

  /** The answer to a request that the store has not answered. */
  Reservation withoutStore(String key, long permits) {
    if (isBeyondBurst(permits)) {
      return beyondBurst(permits);
    }
    store.countWithoutStore();
    return switch (onFailure) {
      case LOCAL -> withoutStandings(fromShare(key, permits));
      case OPEN ->
        new Reservation.Held(
            permits, new Decision.Admitted(rates.burst() - permits, List.of()), used -> {});
      case CLOSED ->
        new Reservation.Rejected(
            new Decision.Rejected(0, store.nanosUntilTrial(store.name(spec.name(), key)))
                .because(Decision.Reason.NO_STORE));
    };
  }

  private Reservation fromShare(String key, long permits) {
    LocalShare share = share();
    Reservation given = share.reserve(key, permits);
    while (!share.use(spec.ticker().nanos())) { // it was given up, and will not be paid
      local.compareAndSet(share, null);
      share = share();
      given = share.reserve(key, permits);
    }
    return given;
  }

  /** Of several rates, those of a share are not those that a caller knows. */
  private static Reservation withoutStandings(Reservation reservation) {
    return reservation instanceof Reservation.Held held
            && !held.decision().standings().isEmpty()
        ? new Reservation.Held(
            held.permits(), new Decision.Admitted(held.decision().remaining()), held::settle)
        : reservation;
  }

  private LocalShare share() {
    LocalShare known = local.get();
    if (known != null) {
      return known;
    }
    LocalShare made = new LocalShare(spec, rates, store.instances());
    LocalShare other = local.compareAndExchange(null, made);
    if (other != null) {
      return other;
    }
    made.changeTo(() -> rates); // if a change has missed it
    return made;
  }

  @Override
  public Decision peek(String key) {
    requireKey(key);
    StoredRates now = rates;
    String name = store.name(spec.name(), key);
    try {
      long[] debts =
          store.calls().ask(store.form().of(Deed.PEEK, name, now, 1)).join().debts();
      return now.isFree(debts, 1) ? now.admitted(debts, 1) : now.rejected(debts, 1);
    } catch (CompletionException failure) {
      return onFailure == OnStoreFailure.LOCAL ? share().peek(key) : decision(withoutStore(key, 1));
    }
  }

  @Override
  public void reset(String key) {
    requireKey(key);
    operate(key, Deed.RESET, 0);
    LocalShare share = local.get();
    if (share != null) {
      share.forget(key);
    }
  }

  @Override
  public void add(String key, long permits) {
    requireKey(key);
    if (permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1, got " + permits + ": add one or more");
    }
    operate(key, Deed.ADD, Math.min(permits, rates.burst()));
  }

  /** Asks the store after what the key owes has been charged there, which the deed lowers too. */
  private void operate(String key, Deed deed, long permits) {
    Asked question = asking(key, permits);
    String name = question.name;
    long since = store.ticker().nanos();
    try {
      CompletableFuture<Void> payment = payOff(question);
      if (payment != null) {
        store.awaited(payment, since).join();
      }
      store
          .calls()
          .ask(store.form().of(deed, name, question.rates, permits), store.nanosLeft(since))
          .join();
    } catch (CompletionException failure) {
      throw new IllegalStateException(
          "the store must answer for this, got '" + StoreFailure.of(failure).reason()
              + "': try again when it does",
          failure);
    } finally {
      denials.forget(name);
      if (leases != null) {
        leases.forget(key);
      }
    }
  }

  @Override
  public void changeTo(List<RateLimit> limits) {
    Objects.requireNonNull(limits, "limits");
    StoredRates before = rates;
    if (limits.size() != before.size()) {
      throw new IllegalArgumentException("limits must be " + before.size()
          + ", as many as before, got " + limits + ": make a new limiter for more or fewer");
    }
    rates = new StoredRates(List.copyOf(limits), store.nanosPerTick());
    LocalShare share = local.get();
    if (share != null) {
      share.changeTo(() -> rates);
    }
  }

  private static void requireKey(String key) {
    Objects.requireNonNull(
        key, "key must be a string, got null: calls that have no key leave it out");
    if (key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException("key must be at most " + LONGEST_KEY
          + " characters, got one of " + key.length() + ": pass a hash of it");
    }
  }

  boolean isOf(RedisStore other) {
    return store == other;
  }

  @Override
  public String toString() {
    return "redis[" + rates + "]";
  }
}

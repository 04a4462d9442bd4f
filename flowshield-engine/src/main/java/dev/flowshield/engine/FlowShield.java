package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.Pressure;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.limiter.Arguments;
import dev.flowshield.engine.limiter.KeyedLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Protects whatever runs behind it: rate limits for all requests together, for each key and by
 * name, and a cap on the work in flight, joined in one admission that is closed when the work ends.
 *
 * <pre>{@code
 * FlowShield shield = FlowShield.builder()
 *     .limit("5000/s")                               // all requests together
 *     .perKey("100/s, 5000/h")                       // each key by itself, held to both rates
 *     .named(Limit.each("tenant", "1000/s"))         // charged by requests that name it
 *     .inFlight(200)                                 // no more at a time
 *     .build();
 *
 * String answer = shield.call("alice", () -> work(), no -> "come back in " + no.retryAfter());
 *
 * Admission admission = shield.admit(
 *     Charge.of("everyone"), Charge.of("key", "alice"), Charge.of("tenant", "acme", 3));
 * }</pre>
 *
 * <p><b>What is charged.</b> {@link #admit(String)} charges the limits that the builder got by
 * {@code limit} and {@code perKey}. {@link #admit(Charge...)} charges the limits that it names, and
 * no others.
 *
 * <p><b>All or nothing.</b> All limits are judged at one reading of the clock, before anything is
 * taken. If one rejects, nothing is taken from the others, and no place in flight. The answer names
 * the limit that takes longest. {@link OverLimit} and {@link Blocked} are about the limits,
 * {@link Shed} is about the server: it protects itself. A request over a limit is told so by a full
 * server too.
 *
 * <p>A limit never admits more than it says. A request may be rejected for permits, or a place,
 * that another request takes at the same moment and gives back because one of its own limits
 * rejects it. A thread that is preempted between the clock and the limits is judged by the reading
 * that it made.
 *
 * <p><b>Shadow limits</b> ({@link Limit#shadow()}) never reject. After the enforced limits admit a
 * request, each shadow limit is charged if it has the permits, at the same reading; otherwise it
 * counts a would-be rejection. So its count is what it would reject beyond what is rejected
 * already. Requests that are rejected or shed are neither charged to shadow limits nor counted by
 * them. A cost above the burst of a shadow limit counts as a would-be rejection.
 *
 * <p><b>Cost.</b> Thread-safe; takes no lock once a key is known, reads the clock once, and
 * allocates one small object, the admission; a few more where charges are named, something is
 * reserved, or a limiter of another kind is asked. A rejection writes nothing but its own count,
 * which threads keep apart.
 */
public final class FlowShield {

  private final Ticker ticker;
  private final long builtAt;
  private final InFlightTracker places;
  private final AdmissionControl entrance;
  private final Waiters waiters;
  private final Rejections rejections;
  private final LimitRegistry limits;
  private final LimitSets sets;

  FlowShield(
      Ticker ticker,
      long builtAt,
      InFlightTracker places,
      int maxQueued,
      boolean queueForPlaces,
      Rejections rejections,
      LimitRegistry limits) {
    this.ticker = ticker;
    this.builtAt = builtAt;
    this.rejections = rejections;
    this.limits = limits;
    this.sets = limits.sets();
    this.places = places;
    this.entrance = new AdmissionControl(ticker, places);
    this.waiters = new Waiters(ticker, entrance, places, maxQueued, queueForPlaces);
  }

  /** Starts with nothing limited; a shield needs a limit or a cap in flight. */
  public static FlowShieldBuilder builder() {
    return new FlowShieldBuilder();
  }

  /**
   * Asks for one permit without a key; all requests without a key share one allowance. As
   * {@link #admit(String, long)}.
   */
  public Admission admit() {
    return admit("", 1);
  }

  /** Asks for one permit of a key. As {@link #admit(String, long)}. */
  public Admission admit(String key) {
    return admit(key, 1);
  }

  /**
   * Asks whether work of a key may run, by all limits that need not be named. If it is
   * {@link Admitted}, run it and close that; if not, nothing was taken.
   *
   * @param key what the limits for each key count
   * @param permits what the work costs, at least 1; more than the burst of a limit is
   *     {@link OverLimit}, and not {@link Rejection#isRetryable retryable}
   * @throws IllegalStateException if all limits of the shield want to be named
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#LONGEST_KEY}
   *     characters, or the permits are below 1
   */
  public Admission admit(String key, long permits) {
    Arguments.requireKey(key);
    return enter(sets.usual(permits), key, permits);
  }

  private Admission enter(LimitSet set, String key, long permits) {
    return set.isLocal()
        ? entrance.enter(set, key, set.hash(key), permits)
        : entrance.enter(set, set.charges(key, permits), key, false);
  }

  /**
   * Limits to be charged together, looked up once, for {@link #admit(LimitSet, String)}.
   *
   * @param names of limits of this shield, none of them twice; none for a place in flight alone
   * @throws IllegalArgumentException if there is no limit of a name, or one comes twice
   */
  public LimitSet limitSet(String... names) {
    return sets.of(names);
  }

  /** Asks for one permit of a key. As {@link #admit(LimitSet, String, long)}. */
  public Admission admit(LimitSet limits, String key) {
    return admit(limits, key, 1);
  }

  /**
   * As {@link #admit(String, long)}, by limits that were named before. Costs as much as that, and
   * less than {@link #admit(Charge...)}, which looks its limits up each time.
   *
   * @param limits of this shield
   * @throws IllegalArgumentException as {@link #admit(String, long)} does, or if the limits are of
   *     another shield
   */
  public Admission admit(LimitSet limits, String key, long permits) {
    Arguments.requireKey(key);
    sets.requireOwn(limits, permits);
    return enter(limits, key, permits);
  }

  /**
   * Asks whether work may run by the limits it names, each with a key and a cost of its own. Else
   * as {@link #admit(String, long)}.
   *
   * @param charges 1 to 16, no limit twice with the same key
   * @throws IllegalArgumentException if there is no limit of that name, one is charged twice, a
   *     limit on each key lacks the key, one for all together has a key, or the permits are below
   *     1; nothing is charged then
   */
  public Admission admit(Charge... charges) {
    LimitSet set = sets.of(charges, false);
    return entrance.enter(set, charges, set.subject(charges), false);
  }

  /**
   * Asks whether work may run that is charged as a request says. Else as {@link #admit(String,
   * long)}.
   *
   * @throws IllegalArgumentException as {@link #admit(Charge...)} does
   * @throws UnsupportedOperationException if the request is reserved, and one of the limits is kept
   *     by a limiter that cannot reserve
   */
  public Admission admit(Request request) {
    String key = request.key();
    if (request.isPlain() && key != null) {
      return admit(key, request.permits());
    }
    Charge[] charges = sets.charges(request);
    LimitSet set = sets.of(request, charges);
    return entrance.enter(set, charges, subject(request, set, charges), request.isReserved());
  }

  /**
   * As {@link #admit(Request)}, for callers that must not wait for a limiter whose answer comes
   * from elsewhere. Where the engine keeps all limits, the future is complete.
   *
   * <p>The permits of the engine's limits are held while such a limiter thinks; a place in flight
   * is not, unless the limiter cannot take permits back. Complete or cancel the future to stop
   * waiting: everything is given back then, exactly once, and so is what comes too late. A limiter
   * that fails fails the future, and one that never answers holds permits until the caller leaves;
   * {@link CompletableFuture#orTimeout} sees to that. What depends on the future runs on the thread
   * that answers.
   *
   * <p>A mistake of the caller is thrown here, not by the future.
   */
  public CompletableFuture<Admission> admitAsync(Request request) {
    if (request.isPlain() && sets.isUsualLocal()) {
      return complete(() -> admit(request));
    }
    Charge[] charges = sets.charges(request);
    LimitSet set = sets.of(request, charges);
    return entrance.enterAsync(set, charges, subject(request, set, charges), request.isReserved());
  }

  /**
   * As {@link #admit(LimitSet, String)}, for callers that must not wait for a limiter whose answer
   * comes from elsewhere: see {@link #admitAsync(Request)}.
   */
  public CompletableFuture<Admission> admitAsync(LimitSet limits, String key) {
    Arguments.requireKey(key);
    sets.requireOwn(limits, 1);
    return limits.isLocal()
        ? complete(() -> enter(limits, key, 1))
        : entrance.enterAsync(limits, limits.charges(key, 1), key, false);
  }

  /**
   * Waits until a request is admitted: for work that is to be paced rather than rejected.
   *
   * <p>It waits for all of its limits, and for a place in flight if the shield
   * {@linkplain FlowShieldBuilder#queueForPlaces queues for places}. First come, first served: no
   * request that comes later, whether it waits or not, gets the permits that this one waits for, or
   * the place, unless it is more {@linkplain Request#as critical}: then it does not wait for this
   * one. A request that waits for one limit holds nothing back at its others. It is rejected
   * at once if it would wait too long, its key is blocked, or
   * {@linkplain FlowShieldBuilder#maxQueued too many} wait; and when the time is over. A limiter of
   * another kind is asked again when it said; how long it takes to answer is not bounded here.
   *
   * <p>Blocks the calling thread and holds no lock meanwhile. A refund wakes no waiter: it is found
   * when the next one is served.
   *
   * @param maxWait how long to wait at most, 0 to one hour
   * @return the outcome
   * @throws InterruptedException if the thread is interrupted while it waits; nothing is taken then
   * @throws IllegalArgumentException as {@link #admit(Request)} does
   * @throws IllegalStateException if a custom ticker, algorithm or limiter fails meanwhile
   */
  public Admission admit(Request request, Duration maxWait) throws InterruptedException {
    return Waiter.join(admitAsync(request, maxWait));
  }

  /**
   * As {@link #admit(Request, Duration)}, without a thread that waits. Complete or cancel the
   * future to stop waiting; nothing is taken then. What depends on the future runs on the thread
   * that ends the wait, so it is short or continues elsewhere ({@code thenApplyAsync}). If it
   * closes an admission, the same thread tells the next request its outcome: within the stage, or,
   * if that is more than 16 stages deep, when it has returned.
   */
  public CompletableFuture<Admission> admitAsync(Request request, Duration maxWait) {
    long nanos = Arguments.requireWait(maxWait);
    Charge[] charges = sets.charges(request);
    LimitSet set = sets.of(request, charges);
    return waiters.await(set, charges, subject(request, set, charges), request.isReserved(), nanos);
  }

  private static CompletableFuture<Admission> complete(Supplier<Admission> asked) {
    CompletableFuture<Admission> answer =
        new CompletableFuture<>(); // first, as there may be no memory for it
    answer.complete(asked.get());
    return answer;
  }

  private static String subject(Request request, LimitSet set, Charge[] charges) {
    String key = request.key();
    return key == null ? set.subject(charges) : key;
  }

  /**
   * Runs work if it is admitted, and closes the admission whatever happens; else asks what to
   * answer instead.
   *
   * @param work what to run; if it throws, it counts as failed
   * @param rejected what to answer when it is rejected
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      String key, Work<? extends T, X> work, Function<? super Rejection, ? extends T> rejected)
      throws X {
    Objects.requireNonNull(work, "work");
    Objects.requireNonNull(rejected, "rejected");
    Admission admission = admit(key);
    if (admission instanceof Rejection rejection) {
      return rejected.apply(rejection);
    }
    Admitted running = (Admitted) admission;
    try {
      return work.run();
    } catch (Throwable failure) {
      running.failed();
      throw failure;
    } finally {
      running.close();
    }
  }

  /**
   * How each limit stands that a request would be charged, at this moment, by name and rate, as
   * {@code key 100/s}; one that a limiter of another kind keeps, as that limiter names it. Takes
   * nothing.
   *
   * @throws UnsupportedOperationException if a limit is kept by a limiter that cannot show a key
   */
  public List<LimitStatus> limitStatus(Request request) {
    Charge[] charges = sets.charges(request);
    return sets.of(request, charges).limitStatus(charges, ticker.nanos());
  }

  /**
   * As {@link #limitStatus(Request)}, for one permit of a key in limits that were named before.
   *
   * @param limits of this shield
   * @throws IllegalArgumentException if the limits are of another shield
   */
  public List<LimitStatus> limitStatus(LimitSet limits, String key) {
    Arguments.requireKey(key);
    sets.requireOwn(limits, 1);
    return limits.limitStatus(key, 1, ticker.nanos());
  }

  /**
   * For operators: the answer of one limit to a request of one permit now. Takes nothing.
   *
   * @param limit the name of the limit
   * @param key empty for a limit for all together
   * @throws UnsupportedOperationException if the limit is kept by a limiter that cannot show a key
   */
  public Decision peek(String limit, String key) {
    return limits.peek(limit, key, ticker.nanos());
  }

  /**
   * For operators: gives a key its whole allowance of a limit again, as if it had never been seen.
   *
   * @throws UnsupportedOperationException if the limit is kept by a limiter that cannot reset a key
   */
  public void reset(String limit, String key) {
    limits.reset(limit, key);
    waiters.run();
  }

  /**
   * For operators: adds permits to what a key has left of a limit, up to the burst and never
   * beyond; see {@link RateLimiter#add}.
   *
   * @throws UnsupportedOperationException if the limit is kept by a limiter that cannot add permits
   */
  public void add(String limit, String key, long permits) {
    limits.add(limit, key, permits);
    waiters.run();
  }

  /**
   * For operators: the keys that are blocked, or were and have not been without a breach for long
   * enough, those blocked for longest first. Walks the tables of offenders. Empty without a
   * {@link Limit#withPenalty penalty}.
   */
  public List<Offender> penalties() {
    return limits.offenders(ticker.nanos());
  }

  /**
   * For operators: forgets all breaches and blocks of a key by the penalty of a limit; a block ends
   * at once.
   *
   * @return whether anything was held against it
   * @throws IllegalStateException if the limit has no penalty
   */
  public boolean pardon(String limit, String key) {
    return limits.pardon(limit, key);
  }

  /**
   * For operators: forgets all breaches and blocks of an offender that {@link #penalties} shows, of
   * which only the id is known.
   *
   * @return whether anything was held against it
   * @throws IllegalStateException if the limit has no penalty
   */
  public boolean pardon(Offender offender) {
    return limits.pardon(offender);
  }

  /** For operators: forgets all breaches and blocks of all keys. */
  public void pardonAll() {
    limits.pardonAll();
  }

  /**
   * For operators: the keys that limits on each key reject most, blocked keys included, in
   * descending order: exactly for the first 1,024 rejections, then estimated from a sample.
   *
   * @param n how many, 1 to 128
   * @throws IllegalArgumentException if it is not
   */
  public List<RejectedKey> topRejected(int n) {
    return rejections.top(n);
  }

  /** For {@link Snapshot}. */
  Map<String, KeyedLimiter> kept() {
    return limits.kept();
  }

  /** The limits as they are now, in the order they were given. */
  public List<Limit> limits() {
    return limits.all();
  }

  /** Those of the limits that need not be named, which {@link #admit(String)} charges. */
  public List<Limit> usualLimits() {
    return sets.usualLimits();
  }

  /**
   * Throws what {@link #admit(Request)} would for a mistake of its caller, or if the request costs
   * more than the burst of a limit, and takes nothing. For callers that know at their start what
   * they will ask for, whatever the keys are.
   *
   * @throws IllegalArgumentException as {@link #admit(Request)} does, or if it could never be
   *     admitted
   * @throws UnsupportedOperationException as {@link #admit(Request)} does
   */
  public void requirePossible(Request request) {
    Charge[] charges = sets.charges(request);
    LimitSets.requirePossible(sets.of(request, charges), charges);
  }

  /**
   * Returns these charges, each with at most as many permits as the burst of its limit. For costs
   * that were chosen before a limit was lowered: work that costs more than a burst is never
   * admitted. Charges of shadow limits stay as they are.
   *
   * @return {@code charges} itself if no charge exceeds its burst, else a copy
   * @throws IllegalArgumentException as {@link #admit(Charge...)} does
   */
  public Charge[] withinBursts(Charge... charges) {
    return LimitSets.withinBursts(sets.of(charges, false), charges);
  }

  /**
   * Changes how much limits admit while work goes on: {@code change(Map.of("key", "200/s,
   * 9000/h"))}. As {@link #change(Limit...)}.
   *
   * @param to the new limits as text, by the name of the limit; an empty map changes nothing
   */
  public void change(Map<String, String> to) {
    List<Limit> changed = new ArrayList<>(to.size());
    to.forEach((name, text) -> changed.add(limits.changed(name, text)));
    change(changed.toArray(Limit[]::new));
  }

  /**
   * Changes how much limits admit while work goes on: {@code change(limit.withLimits("200/s"))}.
   * Each key keeps its state in proportion: a key that had spent half of the old burst has spent
   * half of the new one. Work that is settled later gives back nothing of what it took before the
   * change.
   *
   * <p>All or nothing: everything is checked before the first limit is changed. Limits change one
   * after another, so a request of that moment may be judged by some of the old and some of the
   * new.
   *
   * @param to limits of this shield that differ only in their rates, each with as many as before;
   *     none changes nothing
   * @throws IllegalArgumentException if one is not of this shield, comes twice, changes something
   *     else, or is outside the range of its limiter; the message names it
   * @throws UnsupportedOperationException if one is kept by a limiter that cannot change
   */
  public void change(Limit... to) {
    limits.change(List.of(to));
    waiters.run();
  }

  /**
   * Changes how much work may be in flight. Work beyond it stays, and none is admitted until it is
   * less. A shield that {@linkplain FlowShieldBuilder#inFlightAuto finds} its cap by itself goes on
   * looking, and keeps to this number until {@link #changeInFlightAuto()}, for all levels, and
   * whatever waits in front or fills the memory.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public void changeInFlight(int most) {
    places.gate().limit(FlowShieldBuilder.requireInFlight(most));
    waiters.run();
  }

  /**
   * Has the shield find its cap in flight by itself again, after {@link #changeInFlight}.
   *
   * @throws UnsupportedOperationException if it was not built with
   *     {@link FlowShieldBuilder#inFlightAuto}
   */
  public void changeInFlightAuto() {
    if (!places.gate().canFindLimit()) {
      throw new UnsupportedOperationException(
          "a shield must be built with inFlightAuto() to find its"
              + " cap by itself, got one with a number or without a cap: build it with that");
    }
    places.gate().findLimit();
    waiters.run();
  }

  /**
   * The most work in flight at this moment; {@link Integer#MAX_VALUE} if there is no cap.
   */
  public int inFlightLimit() {
    return places.gate().limit();
  }

  /**
   * Whether the shield {@linkplain FlowShieldBuilder#inFlightAuto finds} its cap in flight by
   * itself at this moment.
   */
  public boolean isInFlightAuto() {
    return places.gate().findsLimit();
  }

  /**
   * How hard the server is pressed; {@link Pressure#NORMAL} unless the shield {@linkplain
   * FlowShieldBuilder#inFlightAuto finds} its cap by itself. Reads one field: an application may
   * ask for each request, to leave out what it can do without.
   */
  public Pressure pressure() {
    return places.gate().pressure();
  }

  /**
   * Says how long a request has waited before the shield was asked, or an empty task in the pool of
   * threads where requests wait. A shield that {@linkplain FlowShieldBuilder#inFlightAuto finds}
   * its cap by itself rejects where that is too long: for most requests, six times what work takes,
   * but at least 120 ms; under extreme pressure 1.2 times what work takes, but at least 24 ms; for
   * those that mean less or more, that much less or more. So a queue in front is worked off at
   * once. Two long waits in a row make it reject; a shorter one, or none for a second, makes it
   * stop. The bindings to servers say it where they can, fifty times a second and more while
   * requests wait.
   *
   * @param nanos 0 or more
   */
  public void reportQueueDelay(long nanos) {
    long now = ticker.nanos();
    places.gate().reportQueueDelay(nanos, now);
    places.serveWaiters(now);
  }

  /**
   * What was done so far. Takes no lock; reads some hundred counters of each limit: not for every
   * request.
   */
  public ShieldStats stats() {
    return new ShieldStats(
        places,
        waiters,
        sets.admitted(),
        limits.stats(),
        rejections,
        Duration.ofNanos(ticker.nanos() - builtAt));
  }
}

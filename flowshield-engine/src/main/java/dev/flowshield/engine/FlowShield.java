package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimitStore;
import dev.flowshield.Pressure;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.keyed.KeyTable;
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
 * A shield in front of work: rate limits for all requests together, for each key and by name, and a
 * cap on the work in flight, joined in one admission that is closed when the work ends.
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
 * <p><b>Charges.</b> {@link #admit(String)} charges the limits that the builder got by
 * {@code limit} and {@code perKey}. {@link #admit(Charge...)} charges the limits that it names, and
 * no others.
 *
 * <p><b>All or nothing.</b> All limits are judged at one reading of the clock, before anything is
 * taken. If one rejects, nothing is taken from the others, and no slot in flight. The rejection
 * names the limit with the longest wait. {@link OverLimit} and {@link Blocked} are about the
 * limits. {@link Shed} is about the server, which protects itself. A full server too answers a
 * request over a limit with {@link OverLimit}.
 *
 * <p>A limit never admits more than it states. A request may be rejected for permits, or for a
 * slot, that another request takes at the same moment and gives back because one of its own limits
 * rejects it. A thread that is preempted between the clock and the limits is judged by the reading
 * that it made.
 *
 * <p><b>Shadow limits</b> ({@link Limit#shadow()}) never reject. After the enforced limits admit a
 * request, each shadow limit is charged if it has the permits, at the same reading; otherwise it
 * counts a would-be rejection. Its count is therefore the number of requests that it would reject
 * in addition to those that are rejected already. Requests that are rejected or shed are neither
 * charged to shadow limits nor counted by them. A cost above the burst of a shadow limit counts as
 * a would-be rejection.
 *
 * <p><b>Failures.</b> An error that code of the application throws, be it a ticker, a formula, a
 * limiter or the work, gives everything back: permits and slot. So does an error of the shield
 * itself if there is no memory. If the stack ends inside the shield, the permits of that call may
 * be lost until they come back by themselves. Its slot may be lost until {@linkplain
 * FlowShieldBuilder#detectLeaks() leak detection} finds it, or for good if the stack ended before
 * the admission was watched.
 *
 * <p><b>Cost.</b> Thread-safe; takes no lock once a key is known, reads the clock once, and
 * allocates one small object, the admission. It allocates a few more if charges are named,
 * something is reserved, or a limiter of another kind is asked. A rejection writes nothing but its
 * own count, which threads keep apart.
 */
public final class FlowShield {

  private final Ticker ticker;
  private final long builtAt;
  private final InFlightTracker slots;
  private final AdmissionControl admissionControl;
  private final Waiters waiters;
  private final Rejections rejections;
  private final LimitRegistry limits;
  private final LimitSets sets;

  FlowShield(
      Ticker ticker,
      long builtAt,
      InFlightTracker slots,
      int maxQueued,
      boolean queueForSlots,
      Rejections rejections,
      LimitRegistry limits) {
    this.ticker = ticker;
    this.builtAt = builtAt;
    this.rejections = rejections;
    this.limits = limits;
    this.sets = limits.sets();
    this.slots = slots;
    this.admissionControl = new AdmissionControl(ticker, slots);
    this.waiters = new Waiters(ticker, admissionControl, slots, maxQueued, queueForSlots);
  }

  /** Returns a builder without limits; a shield needs a limit or a cap in flight. */
  public static FlowShieldBuilder builder() {
    return new FlowShieldBuilder();
  }

  /**
   * Admits or rejects work without a key that costs one permit. All requests without a key share
   * one allowance. See {@link #admit(String, long)}.
   */
  public Admission admit() {
    return admit("", 1);
  }

  /** Admits or rejects work of a key that costs one permit. See {@link #admit(String, long)}. */
  public Admission admit(String key) {
    return admit(key, 1);
  }

  /**
   * Admits or rejects work of a key by all default limits. If the work is {@link Admitted}, run it
   * and close the admission. Otherwise nothing was taken.
   *
   * @param key the key that the limits for each key count
   * @param permits the cost of the work, at least 1; more than the burst of a limit is
   *     {@link OverLimit}, and not {@link Rejection#isRetryable retryable}
   * @throws IllegalStateException if all limits of the shield have to be named
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#MAX_KEY_LENGTH}
   *     characters, or the permits are below 1
   */
  public Admission admit(String key, long permits) {
    Arguments.requireKey(key);
    return admissionControl.enter(sets.usual(permits), key, permits);
  }

  /**
   * Returns limits to be charged together, looked up once, for {@link #admit(LimitSet, String)}.
   *
   * @param names of limits of this shield, each once; no name for a slot in flight alone
   * @throws IllegalArgumentException if there is no limit of a name, or a name comes twice
   */
  public LimitSet limitSet(String... names) {
    return sets.of(names);
  }

  /**
   * Admits or rejects work of a key that costs one permit. See {@link #admit(LimitSet, String,
   * long)}.
   */
  public Admission admit(LimitSet limits, String key) {
    return admit(limits, key, 1);
  }

  /**
   * Admits or rejects work of a key by limits that were looked up before. Costs as much as {@link
   * #admit(String, long)}, and less than {@link #admit(Charge...)}, which looks its limits up each
   * time.
   *
   * @param limits of this shield
   * @throws IllegalArgumentException as {@link #admit(String, long)} does, or if the limits are of
   *     another shield
   */
  public Admission admit(LimitSet limits, String key, long permits) {
    Arguments.requireKey(key);
    sets.requireOwn(limits, permits);
    return admissionControl.enter(limits, key, permits);
  }

  /**
   * Admits or rejects work by the limits that it names, each with a key and a cost of its own.
   * Otherwise like {@link #admit(String, long)}.
   *
   * @param charges 1 to 16, no limit twice with the same key
   * @throws IllegalArgumentException if there is no limit of that name, one is charged twice, a
   *     limit on each key lacks the key, one for all together has a key, or the permits are below
   *     1; nothing is charged then
   */
  public Admission admit(Charge... charges) {
    LimitSet set = sets.of(charges, false);
    return admissionControl.enter(set, charges, set.limits().subject(charges), false);
  }

  /**
   * Admits or rejects work that is charged as a request states. Otherwise like {@link
   * #admit(String, long)}.
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
    return admissionControl.enter(
        set, charges, subject(request, set, charges), request.isReserved());
  }

  /**
   * Admits or rejects work like {@link #admit(Request)}, for callers that must not wait for a
   * limiter whose answer comes from elsewhere. If the engine keeps all limits, the future is
   * complete.
   *
   * <p>The permits of the engine's limits are held until such a limiter answers. A slot in flight
   * is not held, unless the limiter cannot take permits back. Complete or cancel the future to stop
   * waiting: everything is given back then, exactly once, and so are permits that arrive too late.
   * If a limiter fails, so does the future. If it never answers, the permits stay taken until the
   * caller gives up: use {@link CompletableFuture#orTimeout}. Stages that depend on the future run
   * on the thread that answers.
   *
   * <p>An invalid argument is thrown by this method, not by the future.
   */
  public CompletableFuture<Admission> admitAsync(Request request) {
    if (request.isPlain() && sets.isUsualLocal()) {
      return complete(() -> admit(request));
    }
    Charge[] charges = sets.charges(request);
    LimitSet set = sets.of(request, charges);
    return admissionControl.enterAsync(
        set, charges, subject(request, set, charges), request.isReserved());
  }

  /**
   * Admits or rejects work like {@link #admit(LimitSet, String)}, for callers that must not wait
   * for a limiter whose answer comes from elsewhere: see {@link #admitAsync(Request)}.
   */
  public CompletableFuture<Admission> admitAsync(LimitSet limits, String key) {
    Arguments.requireKey(key);
    sets.requireOwn(limits, 1);
    return limits.limits().isLocal()
        ? complete(() -> admissionControl.enter(limits, key, 1))
        : admissionControl.enterAsync(limits, limits.limits().charges(key, 1), key, false);
  }

  /**
   * Waits until a request is admitted: for work that is to be paced rather than rejected.
   *
   * <p>The request waits for all of its limits, and for a slot in flight if the shield
   * {@linkplain FlowShieldBuilder#queueForSlots queues for slots}.
   *
   * <ul>
   *   <li>First come, first served: no later request, whether it waits or not, gets the permits or
   *       the slot that this request waits for. A more {@linkplain Request#withCriticality
   *       critical} request gets a slot before it.
   *   <li>A request that waits for one limit holds nothing back at its others.
   *   <li>It is rejected at once if it would wait too long, its key is blocked, or
   *       {@linkplain FlowShieldBuilder#maxQueued too many} requests wait; and when the time is
   *       over.
   *   <li>A limiter of another kind is asked again at the time that it named. How long it takes to
   *       answer is not bounded here.
   * </ul>
   *
   * <p>Blocks the calling thread and holds no lock meanwhile. A refund wakes no waiter: it is found
   * when the next one is served.
   *
   * @param maxWait the longest wait, 0 to one hour
   * @return the outcome
   * @throws InterruptedException if the thread is interrupted while it waits; nothing is taken then
   * @throws IllegalArgumentException as {@link #admit(Request)} does
   * @throws IllegalStateException if a custom ticker, algorithm or limiter fails meanwhile
   */
  public Admission admit(Request request, Duration maxWait) throws InterruptedException {
    return Waiter.join(admitAsync(request, maxWait));
  }

  /**
   * Waits like {@link #admit(Request, Duration)}, without a thread that waits. Complete or cancel
   * the future to stop waiting; nothing is taken then. Stages that depend on the future run on the
   * thread that ends the wait, so they should be short or continue elsewhere
   * ({@code thenApplyAsync}). If a stage closes an admission, the same thread completes the next
   * request: within the stage or, if that is more than 16 stages deep, after the stage has
   * returned.
   */
  public CompletableFuture<Admission> admitAsync(Request request, Duration maxWait) {
    long nanos = Arguments.requireWait(maxWait);
    Charge[] charges = sets.charges(request);
    LimitSet set = sets.of(request, charges);
    return waiters.await(set, charges, subject(request, set, charges), request.isReserved(), nanos);
  }

  private static CompletableFuture<Admission> complete(Supplier<Admission> asked) {
    CompletableFuture<Admission> answer =
        new CompletableFuture<>(); // first, because there may be no memory for it
    answer.complete(asked.get());
    return answer;
  }

  private static String subject(Request request, LimitSet set, Charge[] charges) {
    String key = request.key();
    return key == null ? set.limits().subject(charges) : key;
  }

  /**
   * Runs work if it is admitted, and closes the admission whatever happens; otherwise returns the
   * answer to a rejection.
   *
   * @param work the work to run; if it throws, it counts as failed
   * @param rejected gives the answer to a rejection
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
   * Returns the state of each rate that a request would be charged at this moment. Takes nothing.
   *
   * @throws UnsupportedOperationException if a limit is kept by a limiter that cannot show a key
   */
  public List<LimitStatus> limitStatus(Request request) {
    Charge[] charges = sets.charges(request);
    return sets.of(request, charges).limits().limitStatus(charges, ticker.nanos());
  }

  /**
   * Returns the state of each rate for one permit of a key, by limits that were looked up before.
   * See {@link #limitStatus(Request)}.
   *
   * @param limits of this shield
   * @throws IllegalArgumentException if the limits are of another shield
   */
  public List<LimitStatus> limitStatus(LimitSet limits, String key) {
    Arguments.requireKey(key);
    sets.requireOwn(limits, 1);
    return limits.limits().limitStatus(key, 1, ticker.nanos());
  }

  /**
   * Returns the answer of one limit to a request of one permit now. Takes nothing. For operators.
   *
   * @param limit the name of the limit
   * @param key empty for a limit for all together
   * @throws UnsupportedOperationException if the limit is kept by a limiter that cannot show a key
   */
  public Decision peek(String limit, String key) {
    return limits.peek(limit, key, ticker.nanos());
  }

  /**
   * Restores the whole allowance of a key, as if it had never been seen. For operators.
   *
   * @throws UnsupportedOperationException if the limit is kept by a limiter that cannot reset a key
   */
  public void reset(String limit, String key) {
    limits.reset(limit, key);
    waiters.run();
  }

  /**
   * Adds permits to those that a key has left of a limit, up to the burst and never beyond: {@link
   * RateLimiter#add}. For operators.
   *
   * @throws UnsupportedOperationException if the limit is kept by a limiter that cannot add permits
   */
  public void add(String limit, String key, long permits) {
    limits.add(limit, key, permits);
    waiters.run();
  }

  /**
   * Returns the keys that are blocked, or were and have not been without a breach for long enough.
   * Those blocked for longest come first. Walks the tables of offenders. Empty without a
   * {@link Limit#withPenalty penalty}. For operators.
   */
  public List<Offender> penalties() {
    return limits.offenders(ticker.nanos());
  }

  /**
   * Forgets all breaches and blocks of a key by the penalty of a limit. A block ends at once. For
   * operators.
   *
   * @return whether anything was held against it
   * @throws IllegalStateException if the limit has no penalty
   */
  public boolean pardon(String limit, String key) {
    return limits.pardon(limit, key);
  }

  /**
   * Forgets all breaches and blocks of an offender that {@link #penalties} shows, whose id alone is
   * known. For operators.
   *
   * @return whether anything was held against it
   * @throws IllegalStateException if the limit has no penalty
   */
  public boolean pardon(Offender offender) {
    return limits.pardon(offender);
  }

  /**
   * Blocks a key by the penalty of a limit, as if its breaches had earned the block. Each further
   * block of the key lasts twice as long, as {@link Penalty} states. A longer block that is under
   * way stays. For operators.
   *
   * @param duration the length of the block, 1 second to the {@linkplain Penalty#longestBlock
   *     longest block}
   * @return whether the key is blocked now; false if the table of offenders has no room
   * @throws IllegalStateException if the limit has no penalty, or is a shadow, which blocks no key
   * @throws IllegalArgumentException if there is no limit of that name, or the duration is out of
   *     range
   */
  public boolean block(String limit, String key, Duration duration) {
    return limits.block(limit, key, duration, ticker.nanos());
  }

  /** Forgets all breaches and blocks of all keys. For operators. */
  public void pardonAll() {
    limits.pardonAll();
  }

  /**
   * Returns the keys that limits on each key reject most, including blocked keys, in descending
   * order. Exact for the first 1,024 rejections, then estimated from a sample. For operators.
   *
   * @param n the number of keys, 1 to 128
   * @throws IllegalArgumentException if it is not
   */
  public List<RejectedKey> topRejected(int n) {
    return rejections.top(n);
  }

  /**
   * Returns the id by which {@link #topRejected}, {@link #penalties} and events show a key: 16 hex
   * digits. To find a known key among them. For operators.
   *
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#MAX_KEY_LENGTH}
   *     characters
   */
  public static String idOf(String key) {
    Arguments.requireKey(key);
    return KeyName.id(KeyTable.hashOf(key));
  }

  /** Returns the limiters of the engine, for {@link Snapshot}. */
  Map<String, KeyedLimiter> kept() {
    return limits.kept();
  }

  /**
   * Returns whether the engine keeps a limit in this process, so that no request waits for it;
   * false for a limit of a store, or of a limiter that decides by itself.
   *
   * @throws IllegalArgumentException if there is no limit of that name
   */
  public boolean isLocal(String limit) {
    return limits.isLocal(limit);
  }

  /** Returns the limits as they are now, in the order in which they were added. */
  public List<Limit> limits() {
    return limits.all();
  }

  /** Returns the default limits, which {@link #admit(String)} charges. */
  public List<Limit> usualLimits() {
    return sets.usualLimits();
  }

  /**
   * Throws if {@link #admit(Request)} would throw, or if the request costs more than the burst of a
   * limit. Takes nothing. For callers that know their requests at their start, whatever the keys
   * are.
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
   * Changes the rates of limits while work continues: {@code change(Map.of("key", "200/s,
   * 9000/h"))}. See {@link #change(Limit...)}.
   *
   * @param to the new limits as text, by the name of the limit; an empty map changes nothing
   */
  public void change(Map<String, String> to) {
    List<Limit> changed = new ArrayList<>(to.size());
    to.forEach((name, text) -> changed.add(limits.changed(name, text)));
    change(changed.toArray(Limit[]::new));
  }

  /**
   * Changes the rates of limits while work continues: {@code change(limit.withLimits("200/s"))}.
   * Each key keeps its state in proportion: a key that had spent half of the old burst has spent
   * half of the new one. Work that is settled later gives back nothing that it took before the
   * change.
   *
   * <p>All or nothing: everything is checked before the first limit is changed. Limits change one
   * after another, so a request at that moment may be judged by some of the old and some of the
   * new.
   *
   * @param to limits of this shield that differ only in their rates, each with as many as before;
   *     without limits, nothing changes
   * @throws IllegalArgumentException if one is not of this shield, comes twice, changes something
   *     else, or is outside the range of its limiter; the message names it
   * @throws UnsupportedOperationException if one is kept by a limiter that cannot change
   */
  public void change(Limit... to) {
    limits.change(List.of(to));
    waiters.run();
  }

  /**
   * Changes the cap on work in flight. Work beyond the new cap continues, and no work is admitted
   * until less is in flight. A shield that {@linkplain InFlightLimit#auto finds} its
   * cap by itself continues to measure, and keeps to this number until {@link
   * #changeInFlightAuto()}, for all criticalities, whatever queue or lack of memory it sees.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public void changeInFlight(int most) {
    slots.gate().limit(InFlightLimit.requireInFlight(most));
    waiters.run();
  }

  /**
   * Lets the shield find its cap in flight by itself again, after {@link #changeInFlight}.
   *
   * @throws UnsupportedOperationException if it was not built with
   *     {@link InFlightLimit#auto}
   */
  public void changeInFlightAuto() {
    if (!slots.gate().canFindLimit()) {
      throw new UnsupportedOperationException(
          "a shield must be built with inFlight(InFlightLimit.auto()) to find its"
              + " cap by itself, got one with a number or without a cap: build it with that");
    }
    slots.gate().findLimit();
    waiters.run();
  }

  /**
   * Returns the cap on work in flight at this moment; {@link Integer#MAX_VALUE} if absent.
   */
  public int inFlightLimit() {
    return slots.gate().limit();
  }

  /**
   * Returns whether the shield {@linkplain InFlightLimit#auto finds} its cap in flight
   * by itself at this moment.
   */
  public boolean isInFlightAuto() {
    return slots.gate().findsLimit();
  }

  /**
   * Returns the pressure on the server; {@link Pressure#NORMAL} unless the shield {@linkplain
   * InFlightLimit#auto finds} its cap by itself. Reads one field, so an application may
   * call it for each request, to leave out optional work.
   */
  public Pressure pressure() {
    return slots.gate().pressure();
  }

  /**
   * Reports how long a request, or a probe task, was queued before the shield was called. A shield
   * that {@linkplain InFlightLimit#auto finds} its cap by itself rejects requests while that wait
   * is above a threshold, so a queue in front is worked off at once. The threshold is
   *
   * <ul>
   *   <li>six times the usual latency of work, and at least 120 ms
   *   <li>under extreme pressure 1.2 times that latency, and at least 24 ms
   *   <li>proportionally less or more for requests that are less or more critical
   * </ul>
   *
   * <p>Two long waits in a row make it reject. A shorter wait, or no report for a second, makes it
   * stop. The bindings to servers report it if they can, at least fifty times a second while
   * requests wait.
   *
   * @param nanos 0 or more
   */
  public void reportQueueDelay(long nanos) {
    long now = ticker.nanos();
    slots.gate().reportQueueDelay(nanos, now);
    slots.serveWaiters(now);
  }

  /**
   * Returns the statistics of one limit so far. Costs as much as one limit in {@link #stats()}.
   *
   * @throws IllegalArgumentException if there is no limit of that name
   */
  public LimitStats stats(String limit) {
    return limits.stats(limit);
  }

  /**
   * Returns the stores that keep limits of this shield, each once, in the order of the limits. For
   * operators, who read {@link LimitStore#stats}.
   */
  public List<LimitStore> stores() {
    return limits.stores();
  }

  /**
   * Returns the statistics so far. Takes no lock, and reads some ten counters of each limit: not
   * for every request.
   */
  public ShieldStats stats() {
    return new ShieldStats(
        slots,
        waiters,
        sets.admitted(),
        limits.stats(),
        rejections,
        Duration.ofNanos(ticker.nanos() - builtAt));
  }
}

package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.limiter.Requests;
import dev.flowshield.engine.overload.InFlight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Protects whatever runs behind it: rate limits for everyone together, for each client and for whatever else has a key, and a cap on the work
 * in flight, joined in one admission that is closed when the work ends.
 *
 * <pre>{@code
 * FlowShield shield = FlowShield.builder()
 *     .limit("5000/s")                               // everyone together
 *     .perClient("100/s, 5000/h")                    // each client for itself, held to both
 *     .limit(Limit.each("tenant", "1000/s"))         // what only some work is charged, by its name
 *     .inFlight(200)                                 // no more at a time
 *     .build();
 *
 * String answer = shield.call("alice", () -> work(), refused -> "busy, come back in " + refused.retryAfter());
 *
 * Admission admission = shield.admit(
 *     Charge.of("everyone"), Charge.of("client", "alice"), Charge.of("tenant", "acme", 3));
 * }</pre>
 *
 * <p><b>What is charged.</b> {@link #admit(String)} charges the limits {@code everyone} and {@code client}, as far as there are such. {@link
 * #admit(Charge...)} charges those that it names, and no other.
 *
 * <p><b>All or nothing.</b> All limits are judged at one reading of the clock, before anything is taken. If one refuses, nothing is taken from
 * the others, and no place in flight; the answer tells of the limit that takes longest, and when all would admit. {@link OverLimit} is the
 * client's or the crowd's own doing, {@link Shed} is the server protecting itself; work that is over a limit is told so even where the server
 * is full.
 *
 * <p>Never is more admitted than a limit allows. Work may be refused for permits, or a place, that other work takes at the same moment and
 * gives back, since another limit refuses that; and a call that is stopped between the clock and the limits is judged as of its reading.
 *
 * <p><b>Shadow limits</b> ({@link Limit#shadow()}) refuse nothing. Work that all others admit is then asked for by each shadow limit, at the same
 * reading: it is charged where all of its permits are there, and counted as refused where they are not, and then nothing is taken. So its count
 * is the work that it would refuse beyond what is refused already. Work that is refused or shed takes nothing from shadow limits and is not
 * counted by them. A cost above its burst counts as refused.
 *
 * <p><b>Cost.</b> Thread-safe; takes no lock once a client is known, reads the clock once, and allocates one small object, the admission. Where
 * charges are named, something is reserved, or somebody else's limiter is asked, it is a few more. A refusal writes nothing but its own count,
 * which threads keep apart.
 */
public final class FlowShield {

  private final Ticker ticker;
  private final long builtAt;
  private final Entrance entrance;
  private final Refusals refusals;
  private final Limits limits;
  private final LimitSets sets;

  FlowShield(Ticker ticker, long builtAt, int mostInFlight, Refusals refusals, Limits limits) {
    this.ticker = ticker;
    this.builtAt = builtAt;
    this.refusals = refusals;
    this.limits = limits;
    this.sets = limits.sets();
    this.entrance = new Entrance(ticker, new InFlight(mostInFlight), refusals);
  }

  /** Starts with nothing limited; say at least one of limit, limit per client, and work in flight. */
  public static FlowShieldBuilder builder() {
    return new FlowShieldBuilder();
  }

  /** Asks for one permit without a key: clients without a key share the allowance of one. As {@link #admit(String, long)}. */
  public Admission admit() {
    return admit("", 1);
  }

  /** Asks for one permit of a client. As {@link #admit(String, long)}. */
  public Admission admit(String key) {
    return admit(key, 1);
  }

  /**
   * Asks whether a client's work may run, by the limits {@code everyone} and {@code client}. If it is {@link Admitted}, run it and close that; if
   * not, nothing was taken.
   *
   * @param key who asks
   * @param permits what the work costs, 1 to the least burst of the limits
   * @throws IllegalStateException if the shield has limits, but neither of these two
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#LONGEST_KEY} characters, or the permits can never be
   *     had at once
   */
  public Admission admit(String key, long permits) {
    Requests.requireKey(key);
    LimitSet set = sets.usual(permits);
    return set.isLocal()
        ? entrance.enter(set, key, sets.hash(key), permits)
        : entrance.enter(set, sets.usualCharges(key, permits), false);
  }

  /**
   * Asks whether work may run by the limits it names, each with a key and a cost of its own. Else as {@link #admit(String, long)}.
   *
   * @param charges 1 to 16, no limit twice with the same key
   * @throws IllegalArgumentException if there is no limit of that name, one is charged twice, a limit on each key lacks the key or one for all
   *     together has one, or the permits can never be had at once; nothing is charged then
   */
  public Admission admit(Charge... charges) {
    LimitSet set = sets.of(charges, false);
    return entrance.enter(set, charges, false);
  }

  /**
   * As {@link #admit(String, long)} for work whose cost shows later: takes an estimate, which {@link Admitted#settle(long)} sets right.
   *
   * @param permits the estimate
   * @throws UnsupportedOperationException if one of the limits is kept by a limiter that cannot reserve
   */
  public Admission reserve(String key, long permits) {
    Requests.requireKey(key);
    LimitSet set = sets.usual(permits);
    sets.requireReserve();
    return entrance.enter(set, sets.usualCharges(key, permits), true);
  }

  /** As {@link #admit(Charge...)} for work whose cost shows later. As {@link #reserve(String, long)}. */
  public Admission reserve(Charge... charges) {
    LimitSet set = sets.of(charges, true);
    return entrance.enter(set, charges, true);
  }

  /**
   * Runs work if it is admitted, and closes the admission whatever happens; else asks what to answer instead.
   *
   * @param work what to run; if it throws, it counts as failed
   * @param refused what to answer when it is refused
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      String key, Work<? extends T, X> work, Function<? super Refusal, ? extends T> refused)
      throws X {
    Objects.requireNonNull(work, "work");
    Objects.requireNonNull(refused, "refused");
    Admission admission = admit(key);
    if (admission instanceof Refusal refusal) {
      return refused.apply(refusal);
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
   * How each limit stands that {@link #admit(String, long)} would charge, at this moment, by name and limit, as {@code client 100/s}. Takes nothing.
   * Limits that somebody else keeps are named as their limiter names them.
   *
   * @throws UnsupportedOperationException if a limit is kept by a limiter that cannot show a key
   */
  public List<Decision.Standing> standings(String key, long permits) {
    Requests.requireKey(key);
    return limits.standings(key, permits, ticker.nanos());
  }

  /** How each limit stands that {@link #admit(Charge...)} would charge. As {@link #standings(String, long)}. */
  public List<Decision.Standing> standings(Charge... charges) {
    return limits.standings(charges, ticker.nanos());
  }

  /**
   * For operators: what one permit of a key would be answered by a limit now, whatever the others say. Takes nothing.
   *
   * @param limit the name of the limit
   * @param key whose allowance; empty for a limit for all together
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
  }

  /**
   * For operators: the clients that are blocked, or were and have not kept clean for long enough, those blocked for longest first. Walks the whole
   * table of offenders. Empty without a {@link FlowShieldBuilder#penalty}.
   */
  public List<Offender> penalties() {
    return refusals.offenders(ticker.nanos());
  }

  /**
   * For operators: forgets all breaches and blocks of a client; a block ends at once.
   *
   * @return whether anything was held against it
   */
  public boolean pardon(String key) {
    Requests.requireKey(key);
    return refusals.pardon(key);
  }

  /**
   * For operators: forgets all breaches and blocks of a client that {@link #penalties} shows, of which only the id is known.
   *
   * @return whether anything was held against it
   */
  public boolean pardon(Offender offender) {
    return refusals.pardon(offender);
  }

  /** For operators: forgets all breaches and blocks of everybody. */
  public void pardonAll() {
    refusals.pardonAll();
  }

  /**
   * For operators: the keys that limits on each key refuse most, blocked ones included, the first most of all; estimates from a sample.
   *
   * @param n how many, 1 to 128
   * @throws IllegalArgumentException if it is not
   */
  public List<RefusedClient> topRefused(int n) {
    return refusals.top(n);
  }

  /** The limits as they are now, in the order they were given. */
  public List<Limit> limits() {
    return limits.all();
  }

  /**
   * Changes how much limits admit while work goes on: {@code change(Map.of("client", "200/s, 9000/h"))}. As {@link #change(Limit...)}.
   *
   * @param to the new limits as text, by the name of the limit; an empty map changes nothing
   */
  public void change(Map<String, String> to) {
    List<Limit> changed = new ArrayList<>(to.size());
    to.forEach((name, text) -> changed.add(limits.changed(name, text)));
    limits.change(changed);
  }

  /**
   * Changes how much limits admit while work goes on: {@code change(limit.withLimits("200/s"))}. Each key keeps its state in proportion: who had
   * spent half of the old burst has spent half of the new one. Work that is settled later gives nothing back of what it took before.
   *
   * <p>All or nothing: all is checked before the first limit is changed. Limits change one after another, so a request of that moment may be
   * judged by some of the old and some of the new.
   *
   * @param to limits of this shield, changed only in what they admit, each to as many limits as before; none changes nothing
   * @throws IllegalArgumentException if one is not of this shield, comes twice, changes something else, or is outside the range of its limiter;
   *     the message names it
   * @throws UnsupportedOperationException if one is kept by a limiter that cannot change
   */
  public void change(Limit... to) {
    limits.change(List.of(to));
  }

  /**
   * Changes how much work may be in flight. Work in flight stays, if it is more than that; none is admitted until it is less.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public void changeInFlight(int most) {
    entrance.limit(FlowShieldBuilder.requireInFlight(most));
  }

  /** What was done so far. Walks the key table's segments, a microsecond's work; not for every request. */
  public ShieldStats stats() {
    LimitStats clients = limits.clients();
    return new ShieldStats(
        entrance.admitted(),
        limits.refused() + refusals.blocked(),
        refusals.blocked(),
        entrance.shed(),
        entrance.failed(),
        entrance.ignored(),
        entrance.inFlight(),
        entrance.limit(),
        clients.tracked(),
        clients.capacity(),
        clients.overflowed(),
        limits.stats(),
        refusals.suppressed(),
        refusals.failures(),
        Duration.ofNanos(ticker.nanos() - builtAt));
  }
}

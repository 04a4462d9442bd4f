package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.keyed.Requests;
import dev.flowshield.engine.keyed.TokenBucketProvider;
import dev.flowshield.engine.overload.InFlight;
import dev.flowshield.spi.LimiterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
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
  private final InFlight inFlight;
  private final Refusals refusals;
  private final Limits limits;

  /*
   * Places that were not given back, as the stack of their thread ended at that call. They are given back
   * when a place is missed, or when they are counted.
   *
   * At the end of a stack nothing is certain but to write a field: not a call, nor a monitor, nor an
   * atomic update. So the count is read and written, and the places of threads that come there at the
   * very same moment may count as one. What was given back is counted apart: the difference may be too
   * little then, never too much.
   */
  volatile int leftBehind;

  private final AtomicInteger leftBehindGivenBack = new AtomicInteger();

  private final LongAdder admitted = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder ignored = new LongAdder();

  private FlowShield(Builder settings) {
    this.ticker = settings.ticker;
    this.builtAt = ticker.nanos();
    this.inFlight = new InFlight(settings.inFlight);
    this.refusals = settings.refusals(builtAt);
    this.limits = new Limits(settings.allLimits(), refusals, ticker, settings.instantSource);
    // At its first use of a field, the JVM needs stack to resolve it: more than there may be later.
    leaveBehindNone();
    Admitted.leaveBehindNone(this);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // no other thread has it yet
  private void leaveBehindNone() {
    leftBehind += 0;
  }

  /** Starts with nothing limited; say at least one of limit, limit per client, and work in flight. */
  public static Builder builder() {
    return new Builder();
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
    LimitSet set = limits.usual(permits);
    return set.isLocal()
        ? enter(set, key, limits.hash(key), permits, null)
        : enter(set, set.bill(limits.usualCharges(key, permits), false));
  }

  /**
   * Asks whether work may run by the limits it names, each with a key and a cost of its own. Else as {@link #admit(String, long)}.
   *
   * @param charges 1 to 16, no limit twice with the same key
   * @throws IllegalArgumentException if there is no limit of that name, one is charged twice, a limit on each key lacks the key or one for all
   *     together has one, or the permits can never be had at once; nothing is charged then
   */
  public Admission admit(Charge... charges) {
    LimitSet set = limits.set(charges, false);
    return enter(set, set.bill(charges, false));
  }

  /**
   * As {@link #admit(String, long)} for work whose cost shows later: takes an estimate, which {@link Admitted#settle(long)} sets right.
   *
   * @param permits the estimate
   * @throws UnsupportedOperationException if one of the limits is kept by a limiter that cannot reserve
   */
  public Admission reserve(String key, long permits) {
    Requests.requireKey(key);
    LimitSet set = limits.usual(permits);
    set.requireReserve();
    return enter(set, set.bill(limits.usualCharges(key, permits), true));
  }

  /** As {@link #admit(Charge...)} for work whose cost shows later. As {@link #reserve(String, long)}. */
  public Admission reserve(Charge... charges) {
    LimitSet set = limits.set(charges, true);
    return enter(set, set.bill(charges, true));
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
   * table of offenders. Empty without a {@link Builder#penalty}.
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
    inFlight.limit(Builder.requireInFlight(most));
  }

  /** What was done so far. Walks the key table's segments, a microsecond's work; not for every request. */
  public ShieldStats stats() {
    LimitStats clients = limits.clients();
    giveBackLeftBehind();
    return new ShieldStats(
        admitted.sum(),
        limits.refused() + refusals.blocked(),
        refusals.blocked(),
        shed.sum(),
        failed.sum(),
        ignored.sum(),
        inFlight.count(),
        inFlight.limit(),
        clients.tracked(),
        clients.capacity(),
        clients.overflowed(),
        limits.stats(),
        refusals.suppressed(),
        refusals.failures(),
        Duration.ofNanos(ticker.nanos() - builtAt));
  }

  /*
   * First the clock is read, once, and all is judged by it: whoever is refused has written nothing but a count. Then all is taken: the place, then
   * the permits, limit by limit. Where another thread was faster, what was taken before is given back, and all is judged anew. The place comes
   * after the judging, so that a client over its limit is told so by a full server too.
   */
  private Admission enter(LimitSet set, Bill bill) {
    return enter(set, set.subject(bill), 0, 0, bill);
  }

  private Admission enter(LimitSet set, String key, long hash, long permits, @Nullable Bill bill) {
    boolean limited = set.isLimited();
    while (true) {
      long now = limited ? ticker.nanos() : 0; // the largest cost of all, so not without need
      OverLimit rejection =
          bill == null ? set.judge(key, hash, permits, now) : set.judge(bill, now);
      if (rejection != null) {
        return rejection;
      }
      Admission taken = take(set, key, hash, permits, bill, now);
      if (taken == Shed.FULL) {
        if (giveBackLeftBehind()) {
          continue; // with a place free, perhaps
        }
        shed.increment();
        if (refusals.areTold()) {
          refusals.shed(Shed.FULL, key, limited ? now : ticker.nanos());
        }
      }
      if (taken != null) {
        return taken;
      }
      rejection = bill == null ? null : set.rejection(bill, now);
      if (rejection != null) {
        return rejection;
      }
    }
  }

  /** Takes a place and the permits; null, with nothing taken, if the permits are not there any more. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the field says why
  private @Nullable Admission take(
      LimitSet set, String key, long hash, long permits, @Nullable Bill bill, long now) {
    if (!inFlight.tryEnter()) {
      return Shed.FULL;
    }
    boolean counted = false;
    boolean taken = false;
    try {
      // Before the permits are taken, as both may find no memory.
      Admitted admission = new Admitted(this, bill);
      admitted.increment();
      counted = true;
      taken = bill == null ? set.take(key, hash, permits, now) : set.take(bill, now);
      return taken ? admission : null;
    } finally { // also when a user's limiter throws: a place never given back is lost for good
      if (!taken) {
        boolean left = false;
        try {
          undo(counted);
          left = true;
        } finally {
          if (!left) {
            leftBehind++;
          }
        }
      }
    }
  }

  private void undo(boolean counted) {
    if (counted) {
      admitted.decrement();
    }
    inFlight.exit(); // last: what throws before it has given no place back
  }

  /** Gives back the places that were left behind; false if there were none. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the field says why
  private boolean giveBackLeftBehind() {
    boolean any = false;
    int givenBack = leftBehindGivenBack.get();
    while (leftBehind - givenBack > 0) {
      if (leftBehindGivenBack.compareAndSet(givenBack, givenBack + 1)) {
        boolean left = false;
        try {
          inFlight.exit();
          left = true;
          any = true;
        } finally {
          if (!left) {
            leftBehind++;
          }
        }
      }
      givenBack = leftBehindGivenBack.get();
    }
    return any;
  }

  /** Gives a place back. */
  void leave() {
    inFlight.exit();
  }

  /** Counts how work has ended; after {@link #leave}, as there may be no memory for the count. */
  void countEnd(boolean asFailed, boolean asIgnored) {
    if (asFailed) {
      failed.increment();
    } else if (asIgnored) {
      ignored.increment();
    }
  }

  /** The settings of a shield. Not thread-safe; may build several shields, each with allowances of its own. */
  public static final class Builder {

    private static final int MOST_IN_FLIGHT = 1_000_000;
    private static final int MOST_LIMITS = 16;

    private final Map<String, Limit> limits = new LinkedHashMap<>();
    private String limiter = TokenBucketProvider.NAME;
    private @Nullable RateLimiter ownLimiter;
    private int maxClients = LimiterSpec.DEFAULT_MAX_CLIENTS;
    private int inFlight = Integer.MAX_VALUE;
    private @Nullable Penalty penalty;
    private @Nullable RefusalListener listener;
    private Executor executor = RefusalEvents.defaultExecutor();
    private boolean showKeys;
    private Ticker ticker = Ticker.system();
    private InstantSource instantSource = InstantSource.system();

    private Builder() {}

    /**
     * What everyone together may, as text: {@code 5000/s} or, for several that all hold, {@code 5000/s, 100000/h}. The limit {@code everyone}.
     *
     * @throws IllegalArgumentException if the text is no limit, or the limit is set already
     */
    public Builder limit(String everyone) {
      return limit(Limit.together(Limit.EVERYONE, everyone));
    }

    /** What everyone together may. As {@link #limit(String)}. */
    public Builder limit(RateLimit everyone) {
      return limit(
          Limit.together(Limit.EVERYONE, List.of(Objects.requireNonNull(everyone, "limit"))));
    }

    /**
     * One more limit. Those named {@code everyone} and {@code client} are charged by {@link FlowShield#admit(String)}, others only by
     * {@link FlowShield#admit(Charge...)}.
     *
     * @throws IllegalArgumentException if there is one of that name
     */
    public Builder limit(Limit more) {
      if (limits.putIfAbsent(more.name(), more) != null) {
        throw new IllegalArgumentException("names of limits must be unique, got '" + more.name()
            + "' twice: rename one of them, or say both as one limit, as in \"100/s, 5000/h\"");
      }
      return this;
    }

    /**
     * What each client may, as text: {@code 100/s} or, for several that all hold, {@code 100/s, 5000/h}. The limit {@code client}.
     *
     * @throws IllegalArgumentException if the text is no limit, or the limit is set already
     */
    public Builder perClient(String each) {
      return limit(Limit.each(Limit.CLIENT, each));
    }

    /** What each client may. As {@link #perClient(String)}. */
    public Builder perClient(RateLimit each) {
      return limit(Limit.each(Limit.CLIENT, List.of(Objects.requireNonNull(each, "perClient"))));
    }

    /**
     * Who keeps the limit {@code client}: the name of a limiter on the class path or module path, {@code token-bucket} unless set. One that
     * does not run on the engine is asked last, after room was found and all other permits were taken; if it refuses, they are given back.
     */
    public Builder limiter(String name) {
      this.limiter = Objects.requireNonNull(name, "limiter");
      this.ownLimiter = null;
      return this;
    }

    /** Who keeps the limit {@code client}: this limiter, as it is; what {@code perClient} says is for the answers. */
    public Builder limiter(RateLimiter itself) {
      this.ownLimiter = Objects.requireNonNull(itself, "limiter");
      this.limiter = itself.toString();
      return this;
    }

    /**
     * How many clients to tell apart; 1,000,000 unless set. Memory grows with the clients seen, to about 24 bytes for each of these and each of
     * the limits, and no further; clients beyond share about a thousand allowances.
     */
    public Builder maxClients(int most) {
      this.maxClients = most;
      return this;
    }

    /**
     * The most work in flight; no cap unless set.
     *
     * @throws IllegalArgumentException if it is not 1 to 1,000,000
     */
    public Builder inFlight(int most) {
      this.inFlight = requireInFlight(most);
      return this;
    }

    private static int requireInFlight(int most) {
      if (most < 1 || most > MOST_IN_FLIGHT) {
        throw new IllegalArgumentException("inFlight must be 1 to 1,000,000, got " + most
            + ": choose what the server can work at together, or leave it out for no cap");
      }
      return most;
    }

    /**
     * What becomes of clients whom the limit {@code client} refuses again and again: {@link OverLimit} with the name {@code penalty} until their block
     * ends, whatever limits are charged beside {@code client}. The refusal that brings a block about tells of the block.
     */
    public Builder penalty(Penalty forBreaches) {
      this.penalty = Objects.requireNonNull(forBreaches, "penalty");
      return this;
    }

    /**
     * Who is told of refusals, ten times a second at most of each {@link RefusalEvent.Kind kind}, by the executor that the JDK uses for tasks without
     * one. Shadow limits are told of too.
     */
    public Builder onRefusal(RefusalListener told) {
      return onRefusal(told, RefusalEvents.defaultExecutor());
    }

    /**
     * As {@link #onRefusal(RefusalListener)}, by another executor.
     *
     * @param by runs or rejects what it gets; one that waits, or runs it at once, makes the client wait too
     */
    public Builder onRefusal(RefusalListener told, Executor by) {
      this.listener = Objects.requireNonNull(told, "listener");
      this.executor = Objects.requireNonNull(by, "executor");
      return this;
    }

    /**
     * Shows keys to the listener and in {@link FlowShield#topRefused}, instead of ids that tell nothing. Keys may be addresses of people, and are text
     * that clients choose: escape them before they go to a log or a page.
     */
    public Builder showKeys() {
      this.showKeys = true;
      return this;
    }

    private Refusals refusals(long now) {
      return new Refusals(
          penalty == null ? null : penalty.table(now),
          listener == null
              ? null
              : new RefusalEvents(
                  listener, executor, RefusalEvents.DEFAULT_PER_SECOND, showKeys, now),
          new TopRefused(showKeys));
    }

    /** Where to read the time; for tests. */
    public Builder ticker(Ticker source) {
      this.ticker = Objects.requireNonNull(source, "ticker");
      return this;
    }

    /** Where to read the wall clock, as the shield is built, for limits that follow the calendar; for tests. */
    public Builder instantSource(InstantSource source) {
      this.instantSource = Objects.requireNonNull(source, "instantSource");
      return this;
    }

    /**
     * Builds the shield.
     *
     * @throws IllegalStateException if nothing is limited, or settings do not fit together
     * @throws IllegalArgumentException if a limit is outside the range of its limiter, no limiter has the name, or maxClients is not 1 to
     *     100,000,000
     */
    public FlowShield build() {
      if (limits.isEmpty() && inFlight == Integer.MAX_VALUE) {
        throw new IllegalStateException(
            "a shield must have at least one of limit, perClient and inFlight, got none:"
                + " set one, as in perClient(\"100/s\")");
      }
      if (!limits.containsKey(Limit.CLIENT)
          && (!limiter.equals(TokenBucketProvider.NAME)
              || maxClients != LimiterSpec.DEFAULT_MAX_CLIENTS)) {
        throw new IllegalStateException(
            "limiter and maxClients must come with perClient, the limit they serve, got "
                + (ownLimiter == null ? "'" + limiter + "'" : "a limiter") + " and " + maxClients
                + " without it: set perClient, as in perClient(\"100/s\")");
      }
      Limit client = limits.get(Limit.CLIENT);
      if (penalty != null && (client == null || client.isShadow())) {
        throw new IllegalStateException(
            "penalty must come with a limit 'client' that is enforced, whose refusals it counts, got "
                + (client == null ? "none" : "a shadow")
                + ": set perClient, as in perClient(\"100/s\")");
      }
      int rates =
          limits.values().stream().mapToInt(limit -> limit.limits().size()).sum();
      if (rates > MOST_LIMITS) {
        throw new IllegalStateException("a shield must have at most " + MOST_LIMITS
            + " limits in all, got " + rates + ": leave out those that others imply");
      }
      return new FlowShield(this);
    }

    /** The limits, that of the clients with its limiter and its cap. */
    private List<Limit> allLimits() {
      return limits.values().stream()
          .map(limit -> limit.name().equals(Limit.CLIENT) ? asSet(limit) : limit)
          .toList();
    }

    private Limit asSet(Limit client) {
      Limit kept = client;
      if (ownLimiter != null) {
        kept = kept.withLimiter(ownLimiter);
      } else if (!limiter.equals(TokenBucketProvider.NAME)) {
        kept = kept.withLimiter(limiter);
      }
      return maxClients == LimiterSpec.DEFAULT_MAX_CLIENTS ? kept : kept.withMaxClients(maxClients);
    }
  }
}

package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.limiter.TokenBucketProvider;
import dev.flowshield.spi.LimiterSpec;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The settings of a shield. Not thread-safe; may build several shields, each with allowances of its own. */
public final class FlowShieldBuilder {

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

  FlowShieldBuilder() {}

  /**
   * What everyone together may, as text: {@code 5000/s} or, for several that all hold, {@code 5000/s, 100000/h}. The limit {@code everyone}.
   *
   * @throws IllegalArgumentException if the text is no limit, or the limit is set already
   */
  public FlowShieldBuilder limit(String everyone) {
    return limit(Limit.together(Limit.EVERYONE, everyone));
  }

  /** What everyone together may. As {@link #limit(String)}. */
  public FlowShieldBuilder limit(RateLimit everyone) {
    return limit(
        Limit.together(Limit.EVERYONE, List.of(Objects.requireNonNull(everyone, "limit"))));
  }

  /**
   * One more limit. Those named {@code everyone} and {@code client} are charged by {@link FlowShield#admit(String)}, others only by
   * {@link FlowShield#admit(Charge...)}.
   *
   * @throws IllegalArgumentException if there is one of that name
   */
  public FlowShieldBuilder limit(Limit more) {
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
  public FlowShieldBuilder perClient(String each) {
    return limit(Limit.each(Limit.CLIENT, each));
  }

  /** What each client may. As {@link #perClient(String)}. */
  public FlowShieldBuilder perClient(RateLimit each) {
    return limit(Limit.each(Limit.CLIENT, List.of(Objects.requireNonNull(each, "perClient"))));
  }

  /**
   * Who keeps the limit {@code client}: the name of a limiter on the class path or module path, {@code token-bucket} unless set. One that
   * does not run on the engine is asked last, after room was found and all other permits were taken; if it refuses, they are given back.
   */
  public FlowShieldBuilder limiter(String name) {
    this.limiter = Objects.requireNonNull(name, "limiter");
    this.ownLimiter = null;
    return this;
  }

  /** Who keeps the limit {@code client}: this limiter, as it is; what {@code perClient} says is for the answers. */
  public FlowShieldBuilder limiter(RateLimiter itself) {
    this.ownLimiter = Objects.requireNonNull(itself, "limiter");
    this.limiter = itself.toString();
    return this;
  }

  /**
   * How many clients to tell apart; 1,000,000 unless set. Memory grows with the clients seen, to about 24 bytes for each of these and each of
   * the limits, and no further; clients beyond share about a thousand allowances.
   */
  public FlowShieldBuilder maxClients(int most) {
    this.maxClients = most;
    return this;
  }

  /**
   * The most work in flight; no cap unless set.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public FlowShieldBuilder inFlight(int most) {
    this.inFlight = requireInFlight(most);
    return this;
  }

  static int requireInFlight(int most) {
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
  public FlowShieldBuilder penalty(Penalty forBreaches) {
    this.penalty = Objects.requireNonNull(forBreaches, "penalty");
    return this;
  }

  /**
   * Who is told of refusals, ten times a second at most of each {@link RefusalEvent.Kind kind}, by the executor that the JDK uses for tasks without
   * one. Shadow limits are told of too.
   */
  public FlowShieldBuilder onRefusal(RefusalListener told) {
    return onRefusal(told, RefusalEvents.defaultExecutor());
  }

  /**
   * As {@link #onRefusal(RefusalListener)}, by another executor.
   *
   * @param by runs or rejects what it gets; one that waits, or runs it at once, makes the client wait too
   */
  public FlowShieldBuilder onRefusal(RefusalListener told, Executor by) {
    this.listener = Objects.requireNonNull(told, "listener");
    this.executor = Objects.requireNonNull(by, "executor");
    return this;
  }

  /**
   * Shows keys to the listener and in {@link FlowShield#topRefused}, instead of ids that tell nothing. Keys may be addresses of people, and are text
   * that clients choose: escape them before they go to a log or a page.
   */
  public FlowShieldBuilder showKeys() {
    this.showKeys = true;
    return this;
  }

  private Refusals refusals(long now) {
    return new Refusals(
        penalty == null ? null : penalty.table(now),
        listener == null ? null : new RefusalEvents(listener, executor, showKeys, now),
        new TopRefused(showKeys));
  }

  /** Where to read the time; for tests. */
  public FlowShieldBuilder ticker(Ticker source) {
    this.ticker = Objects.requireNonNull(source, "ticker");
    return this;
  }

  /** Where to read the wall clock, as the shield is built, for limits that follow the calendar; for tests. */
  public FlowShieldBuilder instantSource(InstantSource source) {
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
    long now = ticker.nanos();
    Refusals refusals = refusals(now);
    return new FlowShield(
        ticker, now, inFlight, refusals, new Limits(allLimits(), refusals, ticker, instantSource));
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

package dev.flowshield.engine;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.keyed.KeyedLimiter;
import dev.flowshield.engine.keyed.Requests;
import dev.flowshield.engine.keyed.TokenBucketProvider;
import dev.flowshield.engine.overload.InFlight;
import dev.flowshield.spi.LimiterSpec;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Protects whatever runs behind it: a limit for everyone together, a limit for each client, a cap on the work in flight, joined in one
 * admission that is closed when the work ends.
 *
 * <pre>{@code
 * FlowShield shield = FlowShield.builder()
 *     .limit("5000/s")       // everyone together
 *     .perClient("100/s")    // each client for itself
 *     .inFlight(200)         // no more at a time
 *     .build();
 *
 * String answer = shield.call("alice", () -> work(), refused -> "busy, come back in " + refused.retryAfter());
 * }</pre>
 *
 * <p><b>All or nothing.</b> Work that one limit refuses takes nothing from the others. {@link OverLimit} is the client's or the crowd's own
 * doing, {@link Shed} is the server protecting itself.
 *
 * <p><b>Cost.</b> Thread-safe; takes no lock once a client is known, reads the clock once, and allocates one small object, the admission.
 * A refusal writes nothing but its own count, which threads keep apart.
 */
public final class FlowShield {

  private final Ticker ticker;
  private final long builtAt;
  private final InFlight inFlight;
  private final @Nullable EveryoneLimit everyone;
  private final ClientLimit clients;
  private final boolean limited;
  private final long maxPermits;
  private final String maxPermitsOf;

  private final LongAdder admitted = new LongAdder();
  private final LongAdder overLimit = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder ignored = new LongAdder();

  private FlowShield(Builder settings) {
    this.ticker = settings.ticker;
    this.builtAt = ticker.nanos();
    this.inFlight = new InFlight(settings.inFlight);
    this.everyone = settings.limit == null ? null : new EveryoneLimit(settings.limit, ticker);
    this.clients = settings.clientLimit(this);
    this.limited = settings.limit != null || settings.perClient != null;
    long everyones = everyone == null ? Long.MAX_VALUE : everyone.maxPermits();
    this.maxPermits = Math.min(everyones, clients.maxPermits());
    this.maxPermitsOf =
        String.valueOf(everyones < clients.maxPermits() ? settings.limit : settings.perClient);
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
   * Asks whether a client's work may run. If it is {@link Admitted}, run it and close that; if not, nothing was taken.
   *
   * @param key who asks
   * @param permits what the work costs, 1 to the least burst of the limits
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#LONGEST_KEY} characters, or the permits can never be
   *     had at once
   */
  public Admission admit(String key, long permits) {
    Requests.requireKey(key);
    Requests.requirePermits(permits, maxPermits, maxPermitsOf);
    Admission admission = enter(key, permits);
    count(admission);
    return admission;
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

  /** What was done so far. Walks the key table's segments, a microsecond's work; not for every request. */
  public ShieldStats stats() {
    return new ShieldStats(
        admitted.sum(),
        overLimit.sum(),
        shed.sum(),
        failed.sum(),
        ignored.sum(),
        inFlight.count(),
        inFlight.limit(),
        clients.tracked(),
        clients.capacity(),
        clients.overflowed(),
        Duration.ofNanos(ticker.nanos() - builtAt));
  }

  /*
   * First the clock is read, once, and all is judged by it: whoever is refused has written nothing. Then all is taken: the place,
   * everyone's permits, the client's. Where another thread was faster, what was taken before is given back, and all is judged anew.
   */
  private Admission enter(String key, long permits) {
    long hash = clients.hash(key);
    while (true) {
      if (inFlight.isFull()) {
        return Shed.FULL;
      }
      long now = limited ? ticker.nanos() : 0; // the largest cost of all, so not without need
      OverLimit refused = judge(hash, now, permits);
      if (refused != null) {
        return refused;
      }
      if (!inFlight.tryEnter()) {
        return Shed.FULL;
      }
      Admission admission = takeAll(key, hash, permits, now);
      if (admission != null) {
        return admission;
      }
    }
  }

  private @Nullable OverLimit judge(long hash, long now, long permits) {
    OverLimit ofEveryone = everyone == null ? null : everyone.judge(now, permits);
    OverLimit ofClient = clients.judge(hash, now, permits);
    if (ofEveryone == null || ofClient == null) {
      return ofEveryone == null ? ofClient : ofEveryone;
    }
    return ofEveryone.retryAfterNanos() > ofClient.retryAfterNanos() ? ofEveryone : ofClient;
  }

  /** With the place taken: takes the permits, or gives the place back. Null if permits went to others meanwhile. */
  private @Nullable Admission takeAll(String key, long hash, long permits, long now) {
    long before = everyone == null ? 0 : everyone.givenBack();
    long taken = REJECTED;
    Admission admission = null;
    try {
      taken = everyone == null ? 0 : everyone.take(permits, now);
      admission = taken == REJECTED ? null : clients.take(key, hash, permits, now);
      return admission;
    } finally { // also when somebody's limiter throws: a place never given back is lost for good
      if (!(admission instanceof Admitted)) {
        if (everyone != null && taken != REJECTED) {
          everyone.giveBack(taken, before, permits);
        }
        inFlight.exit();
      }
    }
  }

  private void count(Admission admission) {
    if (admission instanceof Admitted) {
      admitted.increment();
    } else if (admission instanceof OverLimit) {
      overLimit.increment();
    } else {
      shed.increment();
    }
  }

  void ended(boolean asFailed, boolean asIgnored) {
    if (asFailed) {
      failed.increment();
    } else if (asIgnored) {
      ignored.increment();
    }
    inFlight.exit();
  }

  /** The settings of a shield. Not thread-safe; may build several shields, each with allowances of its own. */
  public static final class Builder {

    private static final int MOST_IN_FLIGHT = 1_000_000;

    private @Nullable RateLimit limit;
    private @Nullable RateLimit perClient;
    private String limiter = TokenBucketProvider.NAME;
    private @Nullable RateLimiter ownLimiter;
    private int maxClients = LimiterSpec.DEFAULT_MAX_CLIENTS;
    private int inFlight = Integer.MAX_VALUE;
    private Ticker ticker = Ticker.system();

    private Builder() {}

    /** What everyone together may, as text. See {@link RateLimit#parse(String)}. */
    public Builder limit(String everyone) {
      return limit(RateLimit.parse(everyone));
    }

    /** What everyone together may. */
    public Builder limit(RateLimit everyone) {
      this.limit = Objects.requireNonNull(everyone, "limit");
      return this;
    }

    /** What each client may, as text. See {@link RateLimit#parse(String)}. */
    public Builder perClient(String each) {
      return perClient(RateLimit.parse(each));
    }

    /** What each client may. */
    public Builder perClient(RateLimit each) {
      this.perClient = Objects.requireNonNull(each, "perClient");
      return this;
    }

    /**
     * Who keeps the limit per client: the name of a limiter on the class path or module path, {@code token-bucket} unless set. One that
     * does not run on the engine is asked last, after room was found and everyone's permits were taken; if it refuses, they are given back.
     */
    public Builder limiter(String name) {
      this.limiter = Objects.requireNonNull(name, "limiter");
      this.ownLimiter = null;
      return this;
    }

    /** Who keeps the limit per client: this limiter, as it is; what {@code perClient} says is for the answers. */
    public Builder limiter(RateLimiter itself) {
      this.ownLimiter = Objects.requireNonNull(itself, "limiter");
      this.limiter = itself.toString();
      return this;
    }

    /**
     * How many clients to tell apart; 1,000,000 unless set. Memory grows with the clients seen, to about 24 bytes for each of these and
     * no further; clients beyond share about a thousand allowances.
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
      if (most < 1 || most > MOST_IN_FLIGHT) {
        throw new IllegalArgumentException("inFlight must be 1 to 1,000,000, got " + most
            + ": choose what the server can work at together, or leave it out for no cap");
      }
      this.inFlight = most;
      return this;
    }

    /** Where to read the time; for tests. */
    public Builder ticker(Ticker source) {
      this.ticker = Objects.requireNonNull(source, "ticker");
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
      if (limit == null && perClient == null && inFlight == Integer.MAX_VALUE) {
        throw new IllegalStateException(
            "a shield must have at least one of limit, perClient and inFlight, got none:"
                + " set one, as in perClient(\"100/s\")");
      }
      if (perClient == null
          && (!limiter.equals(TokenBucketProvider.NAME)
              || maxClients != LimiterSpec.DEFAULT_MAX_CLIENTS)) {
        throw new IllegalStateException(
            "limiter and maxClients must come with perClient, the limit they serve, got '" + limiter
                + "' and " + maxClients + " without it: set perClient, as in perClient(\"100/s\")");
      }
      return new FlowShield(this);
    }

    private ClientLimit clientLimit(FlowShield shield) {
      if (perClient == null) {
        return new NoClientLimit(shield);
      }
      RateLimiter each = ownLimiter != null ? ownLimiter : limiterByName(perClient);
      // Words are judged by the shield's reading of the clock, so they must go by the same one.
      return each instanceof KeyedLimiter keyed
              && keyed.ticker() == ticker
              && keyed.keys().size() == 1
          ? new TableClientLimit(shield, perClient, keyed.keys().get(0))
          : new ProvidedClientLimit(shield, perClient, each);
    }

    private RateLimiter limiterByName(RateLimit limit) {
      LimiterSpec spec = LimiterSpec.of(limit).withTicker(ticker).withMaxClients(maxClients);
      return limiter.equals(TokenBucketProvider.NAME)
          ? new TokenBucketProvider().create(spec) // known without looking for it
          : RateLimiter.of(limiter, spec);
    }
  }
}

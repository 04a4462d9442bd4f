package dev.flowshield.redis;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.StoreStats;
import dev.flowshield.Ticker;
import dev.flowshield.redis.connection.CircuitBreaker;
import dev.flowshield.redis.connection.RedisServer;
import dev.flowshield.redis.connection.StoreCalls;
import dev.flowshield.redis.connection.StoreFailure;
import dev.flowshield.redis.local.InstanceRegistry;
import dev.flowshield.redis.script.KeyNames;
import dev.flowshield.redis.script.ScriptCall;
import dev.flowshield.redis.script.StoredRates;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A store that keeps limits in Redis 6.2 or later, or in Valkey 7.2 or later. Instances that share
 * a server share their limits.
 *
 * <pre>{@code
 * RedisStore store = RedisStore.at("redis://localhost:6379").timeout(Duration.ofMillis(20)).open();
 * RateLimiter limiter = store.limiter(LimiterSpec.of("100/s").withName("search"));
 * }</pre>
 *
 * <p>A decision takes one round trip and one command, which runs a script by the clock of the
 * server. It admits the same requests as a {@code token-bucket} of the engine.
 *
 * <p>While the server does not answer, or not in time, limits are enforced by the
 * {@link StoreFailurePolicy}. After five failures in a row the server is not called until a trial
 * succeeds.
 *
 * <p>Thread-safe. The synchronous methods of a limiter, such as {@link RateLimiter#decide}, wait
 * for the server, no longer than the {@linkplain RedisStoreBuilder#timeout timeout}. The
 * asynchronous methods never wait.
 *
 * <p>Actions that depend on a future of the store run on the thread of the connection. After a
 * timeout they run on the timer thread of the JDK, which serves all timeouts of the process.
 * Therefore they must be short, and must not wait for the store. Longer actions continue on another
 * thread ({@code thenApplyAsync}).
 */
public final class RedisStore implements LimitStore {

  /** Option of a limiter that selects another {@link StoreFailurePolicy} for it. */
  public static final String ON_STORE_FAILURE = "on-store-failure";

  /**
   * Option of a limiter that prefetches permits for hot keys: {@code on} or {@code off}. Decisions
   * about these keys take no round trip, and all instances together may admit a tenth of the burst
   * more.
   */
  public static final String LEASE = "lease";

  private static final long NANOS_PER_MICRO = 1_000;

  private final KeyNames names;
  private final StoreCalls calls;
  private final ScriptCall.Factory factory;
  private final long nanosPerTick;
  private final StoreFailurePolicy onFailure;
  private final Ticker ticker;
  private final InstanceRegistry instances;
  private final LongAdder withoutStore = new LongAdder();

  RedisStore(RedisStoreBuilder settings, RedisServer server, @Nullable TestClock clock) {
    this.names = new KeyNames(settings.keyPrefix(), settings.keySecret());
    this.factory = new ScriptCall.Factory(clock == null ? () -> -1 : clock::now);
    this.nanosPerTick = clock == null ? NANOS_PER_MICRO : 1;
    this.instances =
        new InstanceRegistry(settings.instances(), names.ofInstances(), settings.ticker());
    StoredRates any = new StoredRates(List.of(RateLimit.parse("1/s")), nanosPerTick);
    this.calls = new StoreCalls(
        server,
        settings.ticker(),
        settings.timeout(),
        instances::count,
        name -> factory.charge(KeyNames.trialBeside(name), any, new long[] {1})); // a write
    this.onFailure = settings.onFailure();
    this.ticker = settings.ticker();
  }

  /**
   * Returns the settings of a store at an address:
   *
   * <ul>
   *   <li>{@code redis://host:6379}, with TLS {@code rediss://:password@host:6380}
   *   <li>{@code redis-sentinel://host:26379,other:26379#primary}, with TLS
   *       {@code rediss-sentinel}
   *   <li>{@code redis-cluster://host:6379,other:6379}, with TLS {@code rediss-cluster}; one host
   *       that answers is enough
   * </ul>
   *
   * @throws IllegalArgumentException if the address has another form
   */
  public static RedisStoreBuilder at(String uri) {
    return RedisStoreBuilder.at(uri);
  }

  /**
   * Returns the settings of a store that uses an existing client. The client must reject commands
   * while it is disconnected. It is not closed with the store.
   */
  public static RedisStoreBuilder using(RedisClient client) {
    return RedisStoreBuilder.using(client);
  }

  /**
   * Returns the settings of a store in a cluster that uses an existing client. The client must
   * reject commands while it is disconnected, and should refresh its view of the cluster. It is not
   * closed with the store.
   */
  public static RedisStoreBuilder using(RedisClusterClient client) {
    return RedisStoreBuilder.using(client);
  }

  /**
   * Returns a limiter whose permits are kept in this store.
   *
   * @throws IllegalArgumentException if the burst of a limit takes too long to refill to be counted
   *     exactly, or an option is neither {@value #ON_STORE_FAILURE} nor {@value #LEASE}
   */
  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    spec.requireOptionsIn(ON_STORE_FAILURE, LEASE);
    String chosen = spec.options().get(ON_STORE_FAILURE);
    return new RedisLimiter(
        spec,
        this,
        chosen == null ? onFailure : StoreFailurePolicy.parse(chosen),
        isLeased(spec.options()));
  }

  private static boolean isLeased(Map<String, String> options) {
    String lease = options.getOrDefault(LEASE, "off");
    if (!lease.equals("on") && !lease.equals("off")) {
      throw new IllegalArgumentException("option '" + LEASE + "' must be on or off, got '" + lease
          + "': leave it out for a limit that is kept to the permit");
    }
    return lease.equals("on");
  }

  @Override
  public CompletionStage<JointReservation> reserveAllAsync(List<StoreCharge> charges) {
    return new JointReserve(this, charges).reserve();
  }

  @Override
  public long worstCase(RateLimit limit, Map<String, String> options) {
    return limit.worstCase() + (isLeased(options) ? limit.burst() / 10 : 0);
  }

  @Override
  public StoreStats stats() {
    CircuitBreaker breaker = calls.breakers().worst();
    return new StoreStats(
        breaker.isClosed(),
        breaker.reason(),
        Duration.ofNanos(breaker.sinceNanos()),
        calls.breakers().outages(),
        calls.answered(),
        calls.failed(),
        withoutStore.sum(),
        instances.count());
  }

  /**
   * Begins to connect and to try the server, so that the first request does not have to. Logs a
   * warning if the server does not answer. Never waits.
   */
  public void connect() {
    calls.check(names.ofInstances()).exceptionally(failure -> false); // a failure is logged
  }

  /**
   * Waits until the server answers.
   *
   * @throws IllegalStateException if it does not
   */
  void requireAnswer() {
    try {
      calls.check(names.ofInstances()).join();
    } catch (CompletionException failure) {
      throw new IllegalStateException(
          "store must answer at the start, got '" + StoreFailure.of(failure).reason() + "' from "
              + this + ": correct what is wrong there, or leave out required",
          failure);
    }
  }

  /** Closes the connection. A client that was passed to {@code using} stays open. */
  @Override
  public void close() {
    calls.close();
  }

  /** Returns the address of the store, without a password. */
  @Override
  public String toString() {
    return calls.toString();
  }

  String name(String limit, String key) {
    return names.of(limit, key);
  }

  StoreCalls calls() {
    return calls;
  }

  ScriptCall.Factory factory() {
    return factory;
  }

  long nanosPerTick() {
    return nanosPerTick;
  }

  int instances() {
    return instances.count();
  }

  /** Returns whether the store is to be called for a key, by the name of the key in the store. */
  boolean isOpen(String name) {
    if (!calls.isOpen(name)) {
      return false;
    }
    instances.renew(calls);
    return true;
  }

  /** Returns whether all other instances have counted this one, so that permits may be leased. */
  boolean isCountOfAll() {
    return instances.isCountOfAll();
  }

  /** Returns the ticker for all times that are not kept in the store. */
  Ticker ticker() {
    return ticker;
  }

  /** Returns the rest of the timeout for a request that arrived at a reading of the ticker. */
  long nanosLeft(long since) {
    return Math.max(1, calls.timeoutNanos() - (ticker.nanos() - since));
  }

  /**
   * Returns a future that completes like another one, but fails at the end of the timeout of a
   * request that arrived at a reading of the ticker. Dependent stages run on the timer thread of
   * the JDK if it fails so, as those of all calls that time out do. They must be short.
   */
  <T> CompletableFuture<T> awaited(CompletableFuture<T> other, long since) {
    return other.copy().orTimeout(nanosLeft(since), TimeUnit.NANOSECONDS);
  }

  /** Returns whether all keys of a call must have one hash tag. */
  boolean keepsKeysApart() {
    return calls.keepsKeysApart();
  }

  void countWithoutStore() {
    withoutStore.increment();
  }

  /** Returns the time until the server of a key is tried again. */
  long nanosUntilTrial(String name) {
    return calls.breakers().of(name).nanosUntilTrial();
  }
}

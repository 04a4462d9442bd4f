package dev.flowshield.redis;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.OnStoreFailure;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreStats;
import dev.flowshield.Ticker;
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
 * Keeps limits in Redis, 6.2 or later, or Valkey, 7.2 or later: instances that share a server share
 * their limits.
 *
 * <pre>{@code
 * RedisStore store = RedisStore.at("redis://localhost:6379").timeout(Duration.ofMillis(20)).open();
 * RateLimiter limiter = store.limiter(LimiterSpec.of("100/s").withName("search"));
 * }</pre>
 *
 * <p>A decision takes one round trip and one command, of a script that goes by the clock of the
 * server. It admits what a {@code token-bucket} of the engine would.
 *
 * <p>While the server does not answer, or not in time, limits go on as {@link OnStoreFailure} says,
 * and after five failures the server is not asked any more until a trial succeeds.
 *
 * <p>Thread-safe. The methods of a limiter that answer at once, such as
 * {@link RateLimiter#decide}, wait for the server, no longer than the
 * {@linkplain RedisStoreBuilder#timeout timeout}. Those that answer later never wait; what depends
 * on their futures runs on the thread of the connection, so it must be short, and must not wait for
 * the store itself.
 */
public final class RedisStore implements LimitStore {

  /** The option of a limiter that chooses another {@link OnStoreFailure} for it. */
  public static final String ON_STORE_FAILURE = "on-store-failure";

  /**
   * The option of a limiter that takes permits of keys that are asked for often before they are
   * needed: {@code on}. Decisions about these keys then take no round trip, and all instances
   * together may admit a tenth of the burst more.
   */
  public static final String LEASE = "lease";

  private static final long NANOS_PER_MICRO = 1_000;

  private final KeyNames names;
  private final Calls calls;
  private final Question.Form form;
  private final long nanosPerTick;
  private final OnStoreFailure onFailure;
  private final Ticker ticker;
  private final Instances instances;
  private final LongAdder withoutStore = new LongAdder();

  RedisStore(RedisStoreBuilder settings, Server server, @Nullable TestClock clock) {
    this.names = new KeyNames(settings.keyPrefix(), settings.keySecret());
    this.form = new Question.Form(clock == null ? () -> -1 : clock::now);
    this.nanosPerTick = clock == null ? NANOS_PER_MICRO : 1;
    this.instances = new Instances(settings.instances(), names.ofInstances(), settings.ticker());
    StoredRates any = new StoredRates(List.of(RateLimit.parse("1/s")), nanosPerTick);
    this.calls = new Calls(
        server,
        settings.ticker(),
        settings.timeout(),
        instances::count,
        name -> form.charge(KeyNames.trialBeside(name), any, new long[] {1})); // which is a write
    this.onFailure = settings.onFailure();
    this.ticker = settings.ticker();
  }

  /**
   * The settings of a store at an address, such as {@code redis://host:6379},
   * {@code rediss://:password@host:6380},
   * {@code redis-sentinel://host:26379,other:26379#primary} or
   * {@code redis-cluster://host:6379,other:6379}, and with TLS {@code rediss-cluster}. Of a
   * cluster, one host that answers is enough.
   *
   * @throws IllegalArgumentException if it is no address of that form
   */
  public static RedisStoreBuilder at(String uri) {
    return RedisStoreBuilder.at(uri);
  }

  /**
   * The settings of a store that is reached by a client of the user's own, which must not keep
   * commands while it is disconnected; it is not closed with the store.
   */
  public static RedisStoreBuilder using(RedisClient client) {
    return RedisStoreBuilder.using(client);
  }

  /**
   * The settings of a store in a cluster that is reached by a client of the user's own, which must
   * not keep commands while it is disconnected, and should refresh its view of the cluster; it is
   * not closed with the store.
   */
  public static RedisStoreBuilder using(RedisClusterClient client) {
    return RedisStoreBuilder.using(client);
  }

  /**
   * A limiter whose permits are kept here.
   *
   * @throws IllegalArgumentException if a limit takes too long to come back to be counted exactly,
   *     or an option is none of {@value #ON_STORE_FAILURE} and {@value #LEASE}
   */
  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    spec.requireOptionsIn(ON_STORE_FAILURE, LEASE);
    String chosen = spec.options().get(ON_STORE_FAILURE);
    return new RedisLimiter(
        spec,
        this,
        chosen == null ? onFailure : OnStoreFailure.parse(chosen),
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
  public CompletionStage<JointReservation> reserveAllAsync(List<Charge> charges) {
    return new Together(this, charges).reserve();
  }

  @Override
  public long worstCase(RateLimit limit, Map<String, String> options) {
    return limit.worstCase() + (isLeased(options) ? limit.burst() / 10 : 0);
  }

  @Override
  public StoreStats stats() {
    Circuit circuit = calls.circuits().worst();
    return new StoreStats(
        circuit.isClosed(),
        circuit.reason(),
        Duration.ofNanos(circuit.sinceNanos()),
        calls.circuits().outages(),
        calls.answered(),
        calls.failed(),
        withoutStore.sum(),
        instances.count());
  }

  /**
   * Begins to connect and to try the server, so that the first request does not have to, and logs
   * if the server does not answer. Waits for nothing.
   */
  public void connect() {
    calls.check(names.ofInstances()).exceptionally(failure -> false); // which is logged
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

  /** Lets go of the server. A client of the user's own stays open. */
  @Override
  public void close() {
    calls.close();
  }

  /** Its address, without a password. */
  @Override
  public String toString() {
    return calls.toString();
  }

  String name(String limit, String key) {
    return names.of(limit, key);
  }

  Calls calls() {
    return calls;
  }

  Question.Form form() {
    return form;
  }

  long nanosPerTick() {
    return nanosPerTick;
  }

  int instances() {
    return instances.count();
  }

  /** Whether a limiter is to ask the store for a key, by its name there. */
  boolean isOpen(String name) {
    if (!calls.isOpen(name)) {
      return false;
    }
    instances.renew(calls);
    return true;
  }

  /** Whether all others have counted this instance, so that each may take its part of a tenth. */
  boolean isCountOfAll() {
    return instances.isCountOfAll();
  }

  /** Of all that is not kept in the store. */
  Ticker ticker() {
    return ticker;
  }

  /** Returns how much of the timeout is left to a request since a reading of the ticker. */
  long nanosLeft(long since) {
    return Math.max(1, calls.timeoutNanos() - (ticker.nanos() - since));
  }

  /**
   * Returns a future that completes as another one does, but fails when the timeout of a request is
   * over that arrived at a reading of the ticker.
   */
  <T> CompletableFuture<T> awaited(CompletableFuture<T> other, long since) {
    return other.copy().orTimeout(nanosLeft(since), TimeUnit.NANOSECONDS);
  }

  boolean keepsKeysApart() {
    return calls.keepsKeysApart();
  }

  void countWithoutStore() {
    withoutStore.increment();
  }

  /** The time until the server of a key is tried again. */
  long nanosUntilTrial(String name) {
    return calls.circuits().of(name).nanosUntilTrial();
  }
}

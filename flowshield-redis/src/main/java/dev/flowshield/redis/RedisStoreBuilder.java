package dev.flowshield.redis;

import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.Ticker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link RedisStore}. Not thread-safe; may open several stores. */
public final class RedisStoreBuilder {

  private static final Pattern PREFIX = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,31}");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
  private static final int MOST_INSTANCES = 10_000;

  private final Function<RedisStoreBuilder, RedisServer> server;
  private Duration timeout = Duration.ofMillis(50);
  private String keyPrefix = "flowshield";
  private String keySecret = "";
  private StoreFailurePolicy onFailure = StoreFailurePolicy.LOCAL;
  private int instances; // 0 to have them counted
  private boolean isRequired;
  private Ticker ticker = Ticker.system();

  private RedisStoreBuilder(Function<RedisStoreBuilder, RedisServer> server) {
    this.server = server;
  }

  static RedisStoreBuilder at(String uri) {
    StoreAddress.parse(Objects.requireNonNull(uri, "uri"));
    return new RedisStoreBuilder(settings -> {
      StoreAddress address = StoreAddress.parse(uri); // another one for each store
      boolean isLong = settings.timeout.compareTo(LettuceClient.CONNECT_TIMEOUT) > 0;
      address.setTimeout(isLong ? settings.timeout : LettuceClient.CONNECT_TIMEOUT);
      return RedisServer.at(address);
    });
  }

  static RedisStoreBuilder using(RedisClient client) {
    Objects.requireNonNull(client, "client");
    return new RedisStoreBuilder(settings -> RedisServer.of(client));
  }

  static RedisStoreBuilder using(RedisClusterClient client) {
    Objects.requireNonNull(client, "client");
    return new RedisStoreBuilder(settings -> RedisServer.of(client));
  }

  /**
   * How long a decision waits for the server at most, 50 ms unless set; then it is made without.
   *
   * @throws IllegalArgumentException if it is not 1 millisecond to 10 seconds
   */
  public RedisStoreBuilder timeout(Duration longest) {
    if (longest.compareTo(Duration.ofMillis(1)) < 0 || longest.compareTo(LONGEST_TIMEOUT) > 0) {
      throw new IllegalArgumentException("timeout must be 1 millisecond to 10 seconds, got "
          + longest + ": choose what a request may wait for the store");
    }
    this.timeout = longest;
    return this;
  }

  /**
   * What the names of all keys in the store begin with, {@code flowshield} unless set. Services
   * that share a server need one each.
   *
   * @throws IllegalArgumentException if it is not 1 to 32 letters, digits, {@code .}, {@code _} or
   *     {@code -}
   */
  public RedisStoreBuilder keyPrefix(String prefix) {
    if (!PREFIX.matcher(Objects.requireNonNull(prefix, "keyPrefix")).matches()) {
      throw new IllegalArgumentException(
          "keyPrefix must be 1 to 32 letters, digits, '.', '_' or '-', got another text:"
              + " choose a short one, such as the name of the service");
    }
    this.keyPrefix = prefix;
    return this;
  }

  /**
   * A secret by which keys are hashed before they go to the store, the same in all instances. Keys
   * are hashed without one too, but a reader of the store could try out all addresses then.
   */
  public RedisStoreBuilder keySecret(String secret) {
    this.keySecret = Objects.requireNonNull(secret, "keySecret");
    return this;
  }

  /** How limits go on while the server does not answer, {@code LOCAL} unless set. */
  public RedisStoreBuilder onFailure(StoreFailurePolicy chosen) {
    this.onFailure = Objects.requireNonNull(chosen, "onFailure");
    return this;
  }

  /**
   * Among how many instances a limit is shared out while the server does not answer; unless set,
   * among those that the store has counted before: that had a request within 20 to 40 seconds.
   *
   * @throws IllegalArgumentException if it is not 1 to 10,000
   */
  public RedisStoreBuilder instances(int count) {
    if (count < 1 || count > MOST_INSTANCES) {
      throw new IllegalArgumentException("instances must be 1 to 10,000, got " + count
          + ": say how many instances of the service run");
    }
    this.instances = count;
    return this;
  }

  /**
   * Sets whether {@link #open} waits until the server answers, and fails if it does not. Unless
   * set, a store opens without waiting, and limits go on without the server from the start.
   */
  public RedisStoreBuilder required(boolean isRequired) {
    this.isRequired = isRequired;
    return this;
  }

  /**
   * Settings by their names, as a configuration has them: {@code timeout} in milliseconds,
   * {@code key-prefix}, {@code key-secret}, {@code on-store-failure}, {@code instances}, and
   * {@code required}, which is {@code on} or {@code off}.
   *
   * @throws IllegalArgumentException if a name is none of these, or a value is impossible
   */
  public RedisStoreBuilder options(Map<String, String> options) {
    options.forEach(this::option);
    return this;
  }

  private void option(String name, String value) {
    switch (name) {
      case "timeout" -> timeout(Duration.ofMillis(number(name, value)));
      case "key-prefix" -> keyPrefix(value);
      case "key-secret" -> keySecret(value);
      case RedisStore.ON_STORE_FAILURE -> onFailure(StoreFailurePolicy.parse(value));
      case "instances" -> instances((int) Math.min(Integer.MAX_VALUE, number(name, value)));
      case "required" -> required(onOrOff(name, value));
      default ->
        throw new IllegalArgumentException("options of a store must be among [instances,"
            + " key-prefix, key-secret, on-store-failure, required, timeout], got '" + name
            + "': correct the spelling or leave it out");
    }
  }

  private static long number(String name, String value) {
    if (!NUMBER.matcher(value).matches()) {
      throw new IllegalArgumentException(
          name + " must be a whole number, got '" + value + "': write digits alone");
    }
    return Long.parseLong(value);
  }

  private static boolean onOrOff(String name, String value) {
    if (!value.equals("on") && !value.equals("off")) {
      throw new IllegalArgumentException(name + " must be on or off, got '" + value
          + "': leave it out to start without the store");
    }
    return value.equals("on");
  }

  /** Where to read the time for all that is not kept in the store; for tests. */
  public RedisStoreBuilder ticker(Ticker source) {
    this.ticker = Objects.requireNonNull(source, "ticker");
    return this;
  }

  /**
   * Opens the store. It connects with the first request, or is said not to answer.
   *
   * @throws IllegalStateException if the server is {@linkplain #required required}, and does not
   *     answer
   */
  public RedisStore open() {
    RedisStore store = open(null);
    if (isRequired) {
      try {
        store.requireAnswer();
      } catch (IllegalStateException failure) {
        store.close();
        throw failure;
      }
    }
    return store;
  }

  RedisStore open(@Nullable TestClock clock) {
    return new RedisStore(this, server.apply(this), clock);
  }

  Duration timeout() {
    return timeout;
  }

  String keyPrefix() {
    return keyPrefix;
  }

  String keySecret() {
    return keySecret;
  }

  StoreFailurePolicy onFailure() {
    return onFailure;
  }

  int instances() {
    return instances;
  }

  Ticker ticker() {
    return ticker;
  }
}

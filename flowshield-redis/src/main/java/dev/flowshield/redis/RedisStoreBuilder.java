package dev.flowshield.redis;

import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.Ticker;
import dev.flowshield.redis.connection.RedisServer;
import dev.flowshield.redis.connection.StoreAddress;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link RedisStore}. Not thread-safe. Can open several stores. */
public final class RedisStoreBuilder {

  private static final Pattern PREFIX = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,31}");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  /** Is stated as text in SettingKeys of flowshield-http and in the README of this module, too. */
  static final long USUAL_TIMEOUT_MILLIS = 50;

  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
  private static final int MOST_INSTANCES = 10_000;

  private final Function<RedisStoreBuilder, RedisServer> server;
  private Duration timeout = Duration.ofMillis(USUAL_TIMEOUT_MILLIS);
  private String keyPrefix = "flowshield";
  private String keySecret = "";
  private StoreFailurePolicy onFailure = StoreFailurePolicy.LOCAL;
  private int instances; // 0 to count them
  private boolean isRequired;
  private Ticker ticker = Ticker.system();

  private RedisStoreBuilder(Function<RedisStoreBuilder, RedisServer> server) {
    this.server = server;
  }

  static RedisStoreBuilder at(String uri) {
    StoreAddress.parse(Objects.requireNonNull(uri, "uri"));
    return new RedisStoreBuilder(settings -> {
      StoreAddress address = StoreAddress.parse(uri); // a new one for each store
      address.setTimeout(settings.timeout);
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
   * Sets the longest time that a decision waits for the server. After that, the decision is made
   * without the server. Default: {@value #USUAL_TIMEOUT_MILLIS} milliseconds.
   *
   * @throws IllegalArgumentException if the time is not 1 millisecond to 10 seconds
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
   * Sets the prefix of the names of all keys in the store. Services that share a server must have
   * different prefixes. Default: {@code flowshield}.
   *
   * @throws IllegalArgumentException if the prefix is not 1 to 32 letters, digits, {@code .},
   *     {@code _} or {@code -}
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
   * Sets the secret by which keys are hashed before they are sent to the store; all instances must
   * have the same one. Without a secret keys are hashed too, but a reader of the store can try out
   * all addresses.
   */
  public RedisStoreBuilder keySecret(String secret) {
    this.keySecret = Objects.requireNonNull(secret, "keySecret");
    return this;
  }

  /** Sets the policy for the time during which the server does not answer. Default: LOCAL. */
  public RedisStoreBuilder onFailure(StoreFailurePolicy chosen) {
    this.onFailure = Objects.requireNonNull(chosen, "onFailure");
    return this;
  }

  /**
   * Sets the number of instances among which a limit is divided while the server does not answer.
   * Default: the number that the store has counted, of instances with a request in the 20 to 40
   * seconds before.
   *
   * @throws IllegalArgumentException if the number is not 1 to 10,000
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
   * Sets whether {@link #open} waits until the server answers, and fails if it does not. By default
   * a store opens without waiting, and limits are enforced without the server if it does not
   * answer.
   */
  public RedisStoreBuilder required(boolean isRequired) {
    this.isRequired = isRequired;
    return this;
  }

  /**
   * Sets options by the names that they have in a configuration: {@code timeout} in milliseconds,
   * {@code key-prefix}, {@code key-secret}, {@code on-store-failure}, {@code instances}, and
   * {@code required}, which is {@code on} or {@code off}.
   *
   * @throws IllegalArgumentException if a name is unknown, or a value is impossible
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

  /** Sets the ticker for all times that are not kept in the store; for tests. */
  public RedisStoreBuilder ticker(Ticker source) {
    this.ticker = Objects.requireNonNull(source, "ticker");
    return this;
  }

  /**
   * Opens the store. Unless the server is {@linkplain #required required}, the store connects when
   * the first request arrives.
   *
   * @throws IllegalStateException if the server is required and does not answer
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

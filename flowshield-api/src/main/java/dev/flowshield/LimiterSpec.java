package dev.flowshield;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The specification of a limiter: its limits, its clocks, its maximum number of keys, and options
 * for its provider.
 *
 * <p>Start with {@link #of(String)}. Each {@code with} method returns a modified copy. Immutable.
 */
public final class LimiterSpec {

  /** The default maximum number of keys that a limiter remembers: 1,000,000. */
  public static final int DEFAULT_MAX_KEYS = 1_000_000;

  /** The highest value that {@link #withMaxKeys} accepts: 100,000,000. */
  public static final int MAX_KEYS = 100_000_000;

  private static final int MOST_QUEUED = 1_000_000;

  /** The default maximum number of callers that wait for permits at the same time: 1,000. */
  public static final int DEFAULT_MAX_QUEUED = 1_000;

  private static final String DEFAULT_NAME = "default";
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}");

  private final List<RateLimit> limits;
  private final Ticker ticker;
  private final InstantSource instantSource;
  private final int maxKeys;
  private final int maxQueued;
  private final Map<String, String> options;
  private final String name;

  private LimiterSpec(
      List<RateLimit> limits,
      Ticker ticker,
      InstantSource instantSource,
      int maxKeys,
      int maxQueued,
      Map<String, String> options,
      String name) {
    this.limits = limits;
    this.ticker = ticker;
    this.instantSource = instantSource;
    this.maxKeys = maxKeys;
    this.maxQueued = maxQueued;
    this.options = options;
    this.name = name;
  }

  /**
   * Creates a specification from the text of one limit, or of several, such as {@code 100/s,
   * 5000/h}. All other settings have the defaults of {@link #ofAll}.
   *
   * @throws IllegalArgumentException if the text is not a limit
   */
  public static LimiterSpec of(String limits) {
    return ofAll(RateLimit.parseAll(limits));
  }

  /**
   * Creates a specification for one limit, with the clocks of this machine, a million keys and no
   * options.
   */
  public static LimiterSpec of(RateLimit limit) {
    return ofAll(List.of(Objects.requireNonNull(limit, "limit")));
  }

  /**
   * Creates a specification for several limits, which are all enforced on each key, with the clocks
   * of this machine, a million keys and no options.
   *
   * @throws IllegalArgumentException if the list is empty
   */
  public static LimiterSpec ofAll(List<RateLimit> limits) {
    if (limits.isEmpty()) {
      throw new IllegalArgumentException(
          "limits must be at least one, got an empty list: leave out a limiter that has no limit");
    }
    return new LimiterSpec(
        List.copyOf(limits),
        Ticker.system(),
        InstantSource.system(),
        DEFAULT_MAX_KEYS,
        DEFAULT_MAX_QUEUED,
        Map.of(),
        DEFAULT_NAME);
  }

  /** Returns a copy that reads elapsed time from the given ticker. */
  public LimiterSpec withTicker(Ticker newTicker) {
    return new LimiterSpec(
        limits,
        Objects.requireNonNull(newTicker, "ticker"),
        instantSource,
        maxKeys,
        maxQueued,
        options,
        name);
  }

  /**
   * Returns a copy that reads the wall clock from the given source. Only limits that follow the
   * calendar use it.
   */
  public LimiterSpec withInstantSource(InstantSource newSource) {
    return new LimiterSpec(
        limits,
        ticker,
        Objects.requireNonNull(newSource, "instantSource"),
        maxKeys,
        maxQueued,
        options,
        name);
  }

  /**
   * Returns a copy with the given maximum number of keys.
   *
   * @throws IllegalArgumentException unless it is 1 to 100,000,000
   */
  public LimiterSpec withMaxKeys(int newMaxKeys) {
    if (newMaxKeys < 1 || newMaxKeys > MAX_KEYS) {
      throw new IllegalArgumentException("maxKeys must be 1 to 100,000,000, got " + newMaxKeys
          + ": choose what fits in memory, 24 bytes a key; keys beyond it share allowances");
    }
    return new LimiterSpec(limits, ticker, instantSource, newMaxKeys, maxQueued, options, name);
  }

  /**
   * Returns a copy with the given maximum number of waiting callers, counted over all keys. Callers
   * beyond it are rejected at once ({@link Decision.Reason#QUEUE_FULL}).
   *
   * @throws IllegalArgumentException unless it is 0 to 1,000,000
   */
  public LimiterSpec withMaxQueued(int newMaxQueued) {
    if (newMaxQueued < 0 || newMaxQueued > MOST_QUEUED) {
      throw new IllegalArgumentException("maxQueued must be 0 to 1,000,000, got " + newMaxQueued
          + ": choose how many callers may wait; callers beyond it are rejected at once");
    }
    return new LimiterSpec(limits, ticker, instantSource, maxKeys, newMaxQueued, options, name);
  }

  /**
   * Returns a copy with an option for the provider. The providers of the engine read {@code start}.
   * With {@code full}, the default, a new key has its whole burst. With {@code empty}, a new key
   * starts as if it had just spent its burst.
   */
  public LimiterSpec withOption(String name, String value) {
    Map<String, String> more = new TreeMap<>(options);
    more.put(
        Objects.requireNonNull(name, "option name"), Objects.requireNonNull(value, "option value"));
    return new LimiterSpec(
        limits, ticker, instantSource, maxKeys, maxQueued, Map.copyOf(more), this.name);
  }

  /**
   * Returns a copy with the given name. A limiter whose permits are kept elsewhere identifies its
   * limits by this name: limiters with equal names share their permits, in all processes.
   *
   * @throws IllegalArgumentException unless it is 1 to 64 letters, digits, {@code .}, {@code _} or
   *     {@code -}, and starts with a letter or digit
   */
  public LimiterSpec withName(String newName) {
    if (!NAME.matcher(Objects.requireNonNull(newName, "name")).matches()) {
      throw new IllegalArgumentException(
          "name of a limit must be 1 to 64 letters, digits, '.', '_' or '-', got '"
              + (newName.length() <= 64 ? newName : newName.substring(0, 64) + "…")
              + "': choose a short name, as in 'tenant'");
    }
    return new LimiterSpec(limits, ticker, instantSource, maxKeys, maxQueued, options, newName);
  }

  /**
   * Returns the limit. For limiters that enforce a single limit.
   *
   * @throws IllegalArgumentException if this specification has several limits
   */
  public RateLimit limit() {
    if (limits.size() > 1) {
      throw new IllegalArgumentException("limits must be one for this limiter, got " + limits
          + ": choose one, or a limiter that keeps several");
    }
    return limits.get(0);
  }

  /** Returns the limits to enforce, at least one. */
  public List<RateLimit> limits() {
    return limits;
  }

  /** Returns the source of elapsed time. */
  public Ticker ticker() {
    return ticker;
  }

  /** Returns the source of the wall clock. Only limits that follow the calendar use it. */
  public InstantSource instantSource() {
    return instantSource;
  }

  /** Returns the maximum number of keys that the limiter remembers. */
  public int maxKeys() {
    return maxKeys;
  }

  /** Returns the maximum number of callers that wait for permits at the same time. */
  public int maxQueued() {
    return maxQueued;
  }

  /**
   * Returns the name of the permits, under which other processes share them; {@code default} unless
   * set.
   */
  public String name() {
    return name;
  }

  /** Returns the options by name. */
  public Map<String, String> options() {
    return options;
  }

  /**
   * Checks that the provider knows all options. For providers, which so reject a misspelt option.
   *
   * @return this specification
   * @throws IllegalArgumentException if an option is not among the known ones
   */
  public LimiterSpec requireOptionsIn(String... known) {
    Set<String> unknown = new TreeSet<>(options.keySet());
    Set<String> allowed = new TreeSet<>(List.of(known));
    unknown.removeAll(allowed);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          allowed.isEmpty()
              ? "options must be empty, got " + unknown
                  + ": this limiter has no options, so leave them out"
              : "options must be among " + allowed + ", got " + unknown
                  + ": correct the spelling or leave them out");
    }
    return this;
  }

  @Override
  public String toString() {
    return "LimiterSpec" + limits + " for up to " + maxKeys + " keys"
        + (options.isEmpty() ? "" : " " + options);
  }
}

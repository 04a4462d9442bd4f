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
 * What a limiter is asked to be: its limits, where it reads the time, how many keys it may
 * remember, and options that only its provider understands.
 *
 * <p>Starts with {@link #of(String)}; each {@code with…} gives a new spec. A class rather than a
 * record, so that it can grow without breaking code that makes one. Immutable.
 */
public final class LimiterSpec {

  /** How many keys a limiter remembers unless told otherwise: 1,000,000. */
  public static final int DEFAULT_MAX_KEYS = 1_000_000;

  /** The most keys that can be asked for: 100,000,000. */
  public static final int MAX_KEYS = 100_000_000;

  private static final int MOST_QUEUED = 1_000_000;

  /** How many may wait for permits at a time unless told otherwise: 1,000. */
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
   * A limit as text, or several as in {@code 100/s, 5000/h}; else as {@link #ofAll}.
   *
   * @throws IllegalArgumentException if the text is no limit
   */
  public static LimiterSpec of(String limits) {
    return ofAll(RateLimit.parseAll(limits));
  }

  /** One limit, the time of this machine, a million keys, no options. */
  public static LimiterSpec of(RateLimit limit) {
    return ofAll(List.of(Objects.requireNonNull(limit, "limit")));
  }

  /**
   * Several limits on each key, all of which hold, the time of this machine, a million keys, no
   * options.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static LimiterSpec ofAll(List<RateLimit> limits) {
    if (limits.isEmpty()) {
      throw new IllegalArgumentException(
          "limits must be at least one, got none: a limiter without a limit is one to leave out");
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

  /** The same with the time read from this ticker. */
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

  /** The same with the wall clock, for limits that follow the calendar, read from this source. */
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
   * The same with room for this many keys.
   *
   * @throws IllegalArgumentException if it is not 1 to 100,000,000
   */
  public LimiterSpec withMaxKeys(int newMaxKeys) {
    if (newMaxKeys < 1 || newMaxKeys > MAX_KEYS) {
      throw new IllegalArgumentException("maxKeys must be 1 to 100,000,000, got " + newMaxKeys
          + ": choose what memory allows, 24 bytes a key; those beyond share allowances");
    }
    return new LimiterSpec(limits, ticker, instantSource, newMaxKeys, maxQueued, options, name);
  }

  /**
   * The same with room for this many callers that wait for permits at a time, of all keys together;
   * those beyond are rejected at once ({@link Decision.Reason#QUEUE_FULL}).
   *
   * @throws IllegalArgumentException if it is not 0 to 1,000,000
   */
  public LimiterSpec withMaxQueued(int newMaxQueued) {
    if (newMaxQueued < 0 || newMaxQueued > MOST_QUEUED) {
      throw new IllegalArgumentException("maxQueued must be 0 to 1,000,000, got " + newMaxQueued
          + ": choose how many may wait together; those beyond are rejected at once");
    }
    return new LimiterSpec(limits, ticker, instantSource, maxKeys, newMaxQueued, options, name);
  }

  /**
   * The same with an option for the provider. Those of the engine read {@code start}: {@code full},
   * or {@code empty} for keys that begin as if they had just taken the whole burst.
   */
  public LimiterSpec withOption(String name, String value) {
    Map<String, String> more = new TreeMap<>(options);
    more.put(
        Objects.requireNonNull(name, "option name"), Objects.requireNonNull(value, "option value"));
    return new LimiterSpec(
        limits, ticker, instantSource, maxKeys, maxQueued, Map.copyOf(more), this.name);
  }

  /**
   * The same with a name, by which a limiter whose permits are kept elsewhere tells its limits
   * apart: those of one name share their permits, wherever they are made.
   *
   * @throws IllegalArgumentException if it is not 1 to 64 letters, digits, {@code .}, {@code _} or
   *     {@code -}, the first of them a letter or digit
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
   * The limit to keep, for limiters that keep one.
   *
   * @throws IllegalArgumentException if there are several
   */
  public RateLimit limit() {
    if (limits.size() > 1) {
      throw new IllegalArgumentException("limits must be one for this limiter, got " + limits
          + ": choose one, or a limiter that keeps several");
    }
    return limits.get(0);
  }

  /** The limits to keep, one or more. */
  public List<RateLimit> limits() {
    return limits;
  }

  /** Where to read the time that passes. */
  public Ticker ticker() {
    return ticker;
  }

  /** Where to read the wall clock, for limits that follow the calendar. */
  public InstantSource instantSource() {
    return instantSource;
  }

  /** How many keys to remember at most. */
  public int maxKeys() {
    return maxKeys;
  }

  /** How many may wait for permits at a time. */
  public int maxQueued() {
    return maxQueued;
  }

  /** What its permits are called where others see them too; {@code default} unless set. */
  public String name() {
    return name;
  }

  /** The options, each name once. */
  public Map<String, String> options() {
    return options;
  }

  /**
   * For providers: rejects options that the provider does not read, such as a misspelt one.
   *
   * @return this spec
   * @throws IllegalArgumentException if an option is not among the known ones
   */
  public LimiterSpec requireOptionsIn(String... known) {
    Set<String> unknown = new TreeSet<>(options.keySet());
    Set<String> allowed = new TreeSet<>(List.of(known));
    unknown.removeAll(allowed);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          allowed.isEmpty()
              ? "options must be none, got " + unknown
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

package dev.flowshield.engine;

import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A limit of a shield: its name, its rates, and whether these are for all together or for each key
 * by itself.
 *
 * <pre>{@code
 * Limit.together("search", "200/s")              // all searches together
 * Limit.each("tenant", "1000/s, 500000/day")     // each tenant by itself, held to both
 * Limit.each("tenant", "500/s").shadow()         // only counted: would it reject?
 * Limit.each("login", "5/min").withPenalty(...)  // blocks keys that keep trying
 * }</pre>
 *
 * <p>A value: immutable, equal by content, safe to share.
 */
public final class Limit {

  /** The name of the limit that {@link FlowShieldBuilder#limit(String)} makes. */
  public static final String EVERYONE = "everyone";

  /** The name of the limit that {@link FlowShieldBuilder#perKey(String)} makes. */
  public static final String KEY = "key";

  private static final LimiterSpec ANY = LimiterSpec.of("1/s");

  /** The requests that share an allowance. */
  public enum Scope {
    /** All together: one allowance. */
    TOGETHER,
    /** Each key by itself: an allowance for each. */
    EACH
  }

  private final String name;
  private final Scope scope;
  private final List<RateLimit> limits;
  private final Settings settings;

  /** The parts of a limit beside its name and its rates. */
  private record Settings(
      LimiterSource source, int maxKeys, @Nullable Penalty penalty, boolean isShadow) {}

  private Limit(String name, Scope scope, List<RateLimit> limits, Settings settings) {
    this.name = name;
    this.scope = scope;
    this.limits = limits;
    this.settings = settings;
  }

  /**
   * Creates a limit for each key by itself, as text: {@code 100/s} or, for several rates that all
   * hold, {@code 100/s, 5000/h}.
   *
   * @throws IllegalArgumentException if the name is not 1 to 64 letters, digits, {@code .},
   *     {@code _} or {@code -}, or the text is no limit
   */
  public static Limit each(String name, String limits) {
    return each(requireName(name), parsed(name, limits));
  }

  /** Creates a limit for each key by itself. See {@link #each(String, String)}. */
  public static Limit each(String name, List<RateLimit> limits) {
    return of(name, Scope.EACH, limits);
  }

  /** Creates a limit for all together, as text. See {@link #each(String, String)}. */
  public static Limit together(String name, String limits) {
    return together(requireName(name), parsed(name, limits));
  }

  /** Creates a limit for all together. See {@link #each(String, String)}. */
  public static Limit together(String name, List<RateLimit> limits) {
    return of(name, Scope.TOGETHER, limits);
  }

  private static Limit of(String name, Scope scope, List<RateLimit> limits) {
    requireName(name);
    return new Limit(
        name,
        scope,
        requireSome(name, limits),
        new Settings(LimiterSource.DEFAULT, LimiterSpec.DEFAULT_MAX_KEYS, null, false));
  }

  /** Returns this limit with other rates, as text. */
  public Limit withLimits(String newLimits) {
    return withLimits(parsed(name, newLimits));
  }

  /** Returns this limit with other rates. */
  public Limit withLimits(List<RateLimit> newLimits) {
    return new Limit(name, scope, requireSome(name, newLimits), settings);
  }

  /**
   * Returns this limit, kept by the limiter of this name on the class path or module path;
   * {@code token-bucket} unless set. A limit with {@code withLimiter("token-bucket")} is kept by
   * this process alone, even if its shield has a {@linkplain FlowShieldBuilder#store store}.
   */
  public Limit withLimiter(String newLimiter) {
    return withLimiter(newLimiter, Map.of());
  }

  /**
   * Returns this limit, kept by the limiter of this name with options that it understands, as in
   * {@code withLimiter("fixed-window", Map.of("utc-offset", "+02:00"))}. The options are checked
   * when the shield is built.
   */
  public Limit withLimiter(String newLimiter, Map<String, String> options) {
    Objects.requireNonNull(newLimiter, "limiter");
    return withSource(new LimiterSource.Named(newLimiter, options, true));
  }

  /** Returns this limit, kept by this limiter as it is; the rates are for the answers alone. */
  public Limit withLimiter(RateLimiter itself) {
    Objects.requireNonNull(itself, "limiter");
    return withSource(new LimiterSource.Own(itself));
  }

  /** Returns this limit, kept in a store, together with all limits of its name there. */
  public Limit withStore(LimitStore store) {
    return withStore(store, Map.of());
  }

  /**
   * Returns this limit, kept in a store with options that it understands, as in {@code
   * withStore(store, Map.of("on-store-failure", "closed"))}. The options are checked when the
   * shield is built.
   */
  public Limit withStore(LimitStore store, Map<String, String> options) {
    Objects.requireNonNull(store, "store");
    return withSource(new LimiterSource.Stored(store, options));
  }

  /** Returns this limit, kept in a store unless a limiter or another store was chosen for it. */
  Limit orInStore(LimitStore store) {
    return settings.source.isChosen() ? this : withStore(store);
  }

  private Limit withSource(LimiterSource source) {
    return with(new Settings(source, settings.maxKeys, settings.penalty, settings.isShadow));
  }

  /**
   * Returns this limit with room for this many keys; 1,000,000 unless set. Memory grows with the
   * keys seen, up to about 24 bytes for each key and rate. Further keys share about a thousand
   * allowances.
   *
   * @throws IllegalArgumentException if it is not 1 to 100,000,000, or the limit is for all
   *     together
   */
  public Limit withMaxKeys(int most) {
    requireEach("maxKeys", most);
    withNameInErrors(name, () -> LimiterSpec.ofAll(limits).withMaxKeys(most)); // knows the range
    return with(new Settings(settings.source, most, settings.penalty, settings.isShadow));
  }

  /**
   * Returns this limit with a penalty: a key that this limit rejects again and again is {@link
   * Blocked} for a while, whatever else its requests are charged. The rejection that causes the
   * block is a {@link Blocked} too. The penalty of a {@linkplain #shadow() shadow} has no effect,
   * because a shadow rejects nothing.
   *
   * @throws IllegalArgumentException if the limit is for all together
   */
  public Limit withPenalty(Penalty penalty) {
    Objects.requireNonNull(penalty, "penalty");
    requireEach("penalty", penalty);
    return with(new Settings(settings.source, settings.maxKeys, penalty, settings.isShadow));
  }

  /**
   * Returns this limit as a shadow: charged and counted like the others, and it never rejects.
   * {@link FlowShield} defines the requests that it counts.
   */
  public Limit shadow() {
    return with(new Settings(settings.source, settings.maxKeys, settings.penalty, true));
  }

  /**
   * Returns this limit, enforced: the opposite of {@link #shadow()}, and the default.
   */
  public Limit enforced() {
    return with(new Settings(settings.source, settings.maxKeys, settings.penalty, false));
  }

  private Limit with(Settings other) {
    return new Limit(name, scope, limits, other);
  }

  /** Returns the name in charges, answers and counts. */
  public String name() {
    return name;
  }

  /** Returns whether it counts all together or each key. */
  public Scope scope() {
    return scope;
  }

  /** Returns the rates; one or more, all of which hold. */
  public List<RateLimit> limits() {
    return limits;
  }

  /** Returns the limiter that keeps it: its name, or the text of it or of its store. */
  public String limiter() {
    return settings.source.name();
  }

  /** Returns the store that was chosen for it; empty if no store was. */
  public Optional<LimitStore> store() {
    return Optional.ofNullable(settings.source.store());
  }

  /** Returns the options of that limiter; empty unless it was found by its name. */
  public Map<String, String> options() {
    return settings.source.options();
  }

  /**
   * Returns the most permits of a key that any span of one period of a rate can admit: by a token
   * bucket, or by the store.
   *
   * @param limit one of {@link #limits()}
   * @throws IllegalArgumentException if it has an option that its store does not know
   */
  public long worstCase(RateLimit limit) {
    return store().map(store -> store.worstCase(limit, options())).orElseGet(limit::worstCase);
  }

  /** Returns the number of keys that it tells apart. */
  public int maxKeys() {
    return settings.maxKeys;
  }

  /** Returns whether it never rejects. */
  public boolean isShadow() {
    return settings.isShadow;
  }

  /** Returns the penalty of keys that it rejects again and again; empty otherwise. */
  public Optional<Penalty> penalty() {
    return Optional.ofNullable(settings.penalty);
  }

  LimiterSource source() {
    return settings.source;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Limit that
        && name.equals(that.name)
        && scope == that.scope
        && limits.equals(that.limits)
        && settings.equals(that.settings);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, scope, limits, settings);
  }

  @Override
  public String toString() {
    return name + ": " + text() + (scope == Scope.EACH ? " each" : " together")
        + (isShadow() ? ", shadow" : "");
  }

  /** Returns the rates in the form that {@link RateLimit#parseAll} reads. */
  String text() {
    return text(limits);
  }

  static String text(List<RateLimit> limits) {
    return String.join(", ", limits.stream().map(RateLimit::toString).toList());
  }

  private void requireEach(String setting, Object given) {
    if (scope == Scope.TOGETHER) {
      throw new IllegalArgumentException(setting + " must be for a limit on each key, got " + given
          + " for limit '" + name + "', which is for all together: leave it out");
    }
  }

  private static String requireName(String name) {
    return ANY.withName(name).name(); // knows what is allowed
  }

  private static List<RateLimit> requireSome(String name, List<RateLimit> limits) {
    return withNameInErrors(
        name, () -> LimiterSpec.ofAll(limits).limits()); // knows what is allowed
  }

  private static List<RateLimit> parsed(String name, String limits) {
    return withNameInErrors(name, () -> RateLimit.parseAll(limits));
  }

  /** Runs a step; an error of it then names the limit. */
  static <T> T withNameInErrors(String name, Supplier<T> result) {
    try {
      return result.get();
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("limit '" + name + "': " + wrong.getMessage(), wrong);
    }
  }
}

package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.limiter.TokenBucketProvider;
import dev.flowshield.spi.LimiterSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A limit of a shield: its name, how much it admits, and whether that is for all together or for each key by itself.
 *
 * <pre>{@code
 * Limit.together("search", "200/s")              // all searches together
 * Limit.each("tenant", "1000/s, 500000/day")     // each tenant by itself, held to both
 * Limit.each("tenant", "500/s").shadow()         // only counted: what would it refuse?
 * }</pre>
 *
 * <p>A value: immutable, equal by content, safe to share.
 */
public final class Limit {

  /** The limit for all together that {@link FlowShield#admit(String)} charges. */
  public static final String EVERYONE = "everyone";

  /** The limit for each key that {@link FlowShield#admit(String)} charges. */
  public static final String CLIENT = "client";

  /** What a refusal of a blocked client names instead of a limit. */
  static final String PENALTY = "penalty";

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}");

  /** Whom a limit counts. */
  public enum Scope {
    /** All together: one allowance. */
    TOGETHER,
    /** Each key by itself: an allowance for each. */
    EACH
  }

  /** Who keeps a limit: a limiter by its name, with options of its own, or itself. */
  private record Keeper(
      String name, Map<String, String> options, @Nullable RateLimiter itself) {

    static final Keeper DEFAULT = new Keeper(TokenBucketProvider.NAME, Map.of(), null);
  }

  private final String name;
  private final Scope scope;
  private final List<RateLimit> limits;
  private final Keeper keeper;
  private final int maxClients;
  private final boolean shadow;

  private Limit(
      String name,
      Scope scope,
      List<RateLimit> limits,
      Keeper keeper,
      int maxClients,
      boolean shadow) {
    this.name = name;
    this.scope = scope;
    this.limits = limits;
    this.keeper = keeper;
    this.maxClients = maxClients;
    this.shadow = shadow;
  }

  /**
   * A limit for each key by itself, as text: {@code 100/s} or, for several that all hold, {@code 100/s, 5000/h}.
   *
   * @throws IllegalArgumentException if the name is not 1 to 64 letters, digits, {@code .}, {@code _} or {@code -}, or the text is no limit
   */
  public static Limit each(String name, String limits) {
    return each(requireName(name, Scope.EACH), parsed(name, limits));
  }

  /** A limit for each key by itself. As {@link #each(String, String)}. */
  public static Limit each(String name, List<RateLimit> limits) {
    return of(name, Scope.EACH, limits);
  }

  /** A limit for all together, as text. As {@link #each(String, String)}. */
  public static Limit together(String name, String limits) {
    return together(requireName(name, Scope.TOGETHER), parsed(name, limits));
  }

  /** A limit for all together. As {@link #each(String, String)}. */
  public static Limit together(String name, List<RateLimit> limits) {
    return of(name, Scope.TOGETHER, limits);
  }

  private static Limit of(String name, Scope scope, List<RateLimit> limits) {
    return new Limit(
        requireName(name, scope),
        scope,
        requireSome(name, limits),
        Keeper.DEFAULT,
        LimiterSpec.DEFAULT_MAX_CLIENTS,
        false);
  }

  /** The same with other limits, as text. */
  public Limit withLimits(String newLimits) {
    return withLimits(parsed(name, newLimits));
  }

  /** The same with other limits. */
  public Limit withLimits(List<RateLimit> newLimits) {
    return new Limit(name, scope, requireSome(name, newLimits), keeper, maxClients, shadow);
  }

  /** The same, kept by the limiter of this name on the class path or module path; {@code token-bucket} unless set. */
  public Limit withLimiter(String newLimiter) {
    return withLimiter(newLimiter, Map.of());
  }

  /**
   * The same, kept by the limiter of this name with options that it understands, as in {@code withLimiter("fixed-window", Map.of("utc-offset",
   * "+02:00"))}. Whether it does shows when the shield is built.
   */
  public Limit withLimiter(String newLimiter, Map<String, String> options) {
    Objects.requireNonNull(newLimiter, "limiter");
    return withKeeper(new Keeper(newLimiter, Map.copyOf(options), null));
  }

  /** The same, kept by this limiter as it is; what the limits say is for the answers. */
  public Limit withLimiter(RateLimiter itself) {
    Objects.requireNonNull(itself, "limiter");
    return withKeeper(new Keeper(itself.toString(), Map.of(), itself));
  }

  private Limit withKeeper(Keeper newKeeper) {
    return new Limit(name, scope, limits, newKeeper, maxClients, shadow);
  }

  /**
   * The same with room for this many keys; 1,000,000 unless set. Memory grows with the keys seen, to about 24 bytes for each of these and each
   * of the limits, and no further; keys beyond share about a thousand allowances.
   *
   * @throws IllegalArgumentException if it is not 1 to 100,000,000, or the limit is for all together
   */
  public Limit withMaxClients(int most) {
    if (scope == Scope.TOGETHER) {
      throw new IllegalArgumentException("maxClients must be for a limit on each key, got " + most
          + " for limit '" + name + "', which is for all together: leave it out");
    }
    named(name, () -> LimiterSpec.ofAll(limits).withMaxClients(most)); // knows the range
    return new Limit(name, scope, limits, keeper, most, shadow);
  }

  /**
   * The same as a shadow: charged and counted like the others, and it never refuses. See {@link FlowShield} for what exactly it counts.
   */
  public Limit shadow() {
    return new Limit(name, scope, limits, keeper, maxClients, true);
  }

  /** The same, enforced: the opposite of {@link #shadow()}, and what a limit is unless told otherwise. */
  public Limit enforced() {
    return new Limit(name, scope, limits, keeper, maxClients, false);
  }

  /** What it is called in charges, answers and counts. */
  public String name() {
    return name;
  }

  /** Whom it counts. */
  public Scope scope() {
    return scope;
  }

  /** How much it admits; one or more, all of which hold. */
  public List<RateLimit> limits() {
    return limits;
  }

  /** Who keeps it: the name of a limiter, or what a limiter says of itself. */
  public String limiter() {
    return keeper.name;
  }

  /** What that limiter was told beside the limits; empty unless it was found by its name. */
  public Map<String, String> options() {
    return keeper.options;
  }

  /** How many keys it tells apart. */
  public int maxClients() {
    return maxClients;
  }

  /** Whether it never refuses. */
  public boolean isShadow() {
    return shadow;
  }

  /** The limiter that was given as an object. */
  Optional<RateLimiter> ownLimiter() {
    return Optional.ofNullable(keeper.itself);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Limit that
        && name.equals(that.name)
        && scope == that.scope
        && limits.equals(that.limits)
        && keeper.equals(that.keeper)
        && maxClients == that.maxClients
        && shadow == that.shadow;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, scope, limits, keeper, maxClients, shadow);
  }

  @Override
  public String toString() {
    return name + ": " + text() + (scope == Scope.EACH ? " each" : " together")
        + (shadow ? ", shadow" : "");
  }

  /** The limits in the form that {@link RateLimit#parseAll} reads. */
  String text() {
    return text(limits);
  }

  static String text(List<RateLimit> limits) {
    return String.join(", ", limits.stream().map(RateLimit::toString).toList());
  }

  private static String requireName(String name, Scope scope) {
    if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException(
          "name of a limit must be 1 to 64 letters, digits, '.', '_' or '-', got '"
              + (name.length() <= 64 ? name : name.substring(0, 64) + "…")
              + "': choose a short name, as in 'tenant'");
    }
    if (name.equals(PENALTY)
        || (name.equals(EVERYONE) && scope == Scope.EACH)
        || (name.equals(CLIENT) && scope == Scope.TOGETHER)) {
      throw new IllegalArgumentException("name of a limit must be free, got '" + name
          + "': 'everyone' is for all together, 'client' for each key, 'penalty' for blocked clients,"
          + " so choose another");
    }
    return name;
  }

  private static List<RateLimit> requireSome(String name, List<RateLimit> limits) {
    return named(name, () -> LimiterSpec.ofAll(limits).limits()); // knows what is allowed
  }

  private static List<RateLimit> parsed(String name, String limits) {
    return named(name, () -> RateLimit.parseAll(limits));
  }

  /** What is wrong with a limit is told with its name. */
  static <T> T named(String name, Supplier<T> result) {
    try {
      return result.get();
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("limit '" + name + "': " + wrong.getMessage(), wrong);
    }
  }
}

package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.limiter.Arguments;
import dev.flowshield.engine.overload.Gate;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a shield is asked: whose work may run, and what it costs.
 *
 * <pre>{@code
 * Request.of("alice")                            // the limits that need no name, one permit each
 * Request.of("alice").charging(Charge.of("tenant", "acme", 3))      // one more limit
 * Request.of(Charge.of("search"), Charge.of("tenant", "acme"))      // these limits and no others
 * Request.of("alice", 500).reserved()                   // an estimate, to be settled
 * Request.of("alice").withCriticality(Criticality.SHEDDABLE)         // shed before others
 * Request.of()                                          // no limit, a place in flight alone
 * }</pre>
 *
 * <p>A value: immutable, equal by content, safe to share and to use again.
 */
public final class Request {

  private static final Charge[] NONE = {};

  private final @Nullable String key; // null if only the charges are meant
  private final long permits;
  private final Charge[] charges;
  private final boolean reserved;
  private final Criticality criticality;
  private final boolean hasRoute;
  private final int route;

  private Request(
      @Nullable String key,
      long permits,
      Charge[] charges,
      boolean reserved,
      Criticality criticality,
      boolean hasRoute,
      int route) {
    this.key = key;
    this.permits = permits;
    this.charges = charges;
    this.reserved = reserved;
    this.criticality = criticality;
    this.hasRoute = hasRoute;
    this.route = route;
  }

  /** One permit of each limit that needs no name. As {@link FlowShield#admit(String)}. */
  public static Request of(String key) {
    return of(key, 1);
  }

  /**
   * Permits of each limit that needs no name. As {@link FlowShield#admit(String, long)}.
   *
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#MAX_KEY_LENGTH}
   *     characters
   */
  public static Request of(String key, long permits) {
    Arguments.requireKey(key);
    return new Request(key, permits, NONE, false, Criticality.DEFAULT, false, 0);
  }

  /**
   * The limits that are named and no others. As {@link FlowShield#admit(Charge...)}. Without any,
   * the request is charged to no limit, and only takes a place in flight.
   */
  public static Request of(Charge... charges) {
    return new Request(null, 0, charges.clone(), false, Criticality.DEFAULT, false, 0);
  }

  /** The same, charged to these limits too. */
  public Request charging(Charge... more) {
    Charge[] all = Arrays.copyOf(charges, charges.length + more.length);
    for (int i = 0; i < more.length; i++) {
      all[charges.length + i] = Objects.requireNonNull(more[i], "charge");
    }
    return new Request(key, permits, all, reserved, criticality, hasRoute, route);
  }

  /** The same as an estimate, which {@link Admitted#settle(long)} sets right. */
  public Request reserved() {
    return new Request(key, permits, charges, true, criticality, hasRoute, route);
  }

  /**
   * The same, meaning so much: where the server cannot do all work, that which means less is shed
   * first, see {@link FlowShieldBuilder#inFlightAuto}. {@link Criticality#DEFAULT} unless this is
   * called.
   */
  public Request withCriticality(Criticality criticality) {
    Objects.requireNonNull(criticality, "criticality");
    return new Request(key, permits, charges, reserved, criticality, hasRoute, route);
  }

  /**
   * The same as one of a route, a kind of requests of which work usually takes about as long. As
   * {@link LimitSet#onRoute}.
   *
   * @param number any; those with the same last six bits are one route
   */
  public Request onRoute(int number) {
    return new Request(
        key, permits, charges, reserved, criticality, true, number & (Gate.ROUTES - 1));
  }

  /** The key for the limits that need no name; null if the request is not charged to those. */
  @Nullable
  String key() {
    return key;
  }

  /** The permits of each limit that needs no name. */
  long permits() {
    return permits;
  }

  /** The limits that are named, not to be changed. */
  Charge[] charges() {
    return charges;
  }

  boolean isReserved() {
    return reserved;
  }

  /** How much it means. */
  Criticality criticality() {
    return criticality;
  }

  /** Whether its route is said, rather than that of its limits. */
  boolean hasRoute() {
    return hasRoute;
  }

  /** Its route, if that is said. */
  int route() {
    return route;
  }

  /** Whether it is one key and one cost for the limits that need no name, and else as usual. */
  boolean isPlain() {
    return charges.length == 0
        && !reserved
        && key != null
        && criticality == Criticality.DEFAULT
        && !hasRoute;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Request that
        && Objects.equals(key, that.key)
        && permits == that.permits
        && Arrays.equals(charges, that.charges)
        && reserved == that.reserved
        && criticality == that.criticality
        && hasRoute == that.hasRoute
        && route == that.route;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        key, permits, Arrays.hashCode(charges), reserved, criticality, hasRoute, route);
  }

  @Override
  public String toString() {
    return "Request[" + (key == null ? "" : "key=" + key + ", permits=" + permits + ", ")
        + "charges=" + Arrays.toString(charges) + (reserved ? ", reserved" : "")
        + (criticality == Criticality.DEFAULT ? "" : ", " + criticality)
        + (hasRoute ? ", route=" + route : "") + "]";
  }
}

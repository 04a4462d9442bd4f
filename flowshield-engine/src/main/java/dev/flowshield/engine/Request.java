package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.limiter.Arguments;
import dev.flowshield.engine.overload.Gate;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request to a shield: whose work may run, and the cost of the work.
 *
 * <pre>{@code
 * Request.of("alice")                            // the limits that need no name, one permit each
 * Request.of("alice").charging(Charge.of("tenant", "acme", 3))      // one more limit
 * Request.of(Charge.of("search"), Charge.of("tenant", "acme"))      // these limits and no others
 * Request.of("alice", 500).reserved()                   // an estimate, to be settled
 * Request.of("alice").withCriticality(Criticality.SHEDDABLE)         // shed before others
 * Request.of()                                          // no limit, a slot in flight alone
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

  /** Creates a request for one permit of each default limit: {@link FlowShield#admit(String)}. */
  public static Request of(String key) {
    return of(key, 1);
  }

  /**
   * Creates a request for permits of each default limit. See {@link FlowShield#admit(String,
   * long)}.
   *
   * @throws IllegalArgumentException if the key is longer than {@value RateLimiter#MAX_KEY_LENGTH}
   *     characters
   */
  public static Request of(String key, long permits) {
    Arguments.requireKey(key);
    return new Request(key, permits, NONE, false, Criticality.DEFAULT, false, 0);
  }

  /**
   * Creates a request for the named limits and no others. See {@link FlowShield#admit(Charge...)}.
   * Without charges, it takes a slot in flight alone.
   */
  public static Request of(Charge... charges) {
    return new Request(null, 0, charges.clone(), false, Criticality.DEFAULT, false, 0);
  }

  /** Returns this request, charged to these limits too. */
  public Request charging(Charge... more) {
    Charge[] all = Arrays.copyOf(charges, charges.length + more.length);
    for (int i = 0; i < more.length; i++) {
      all[charges.length + i] = Objects.requireNonNull(more[i], "charge");
    }
    return new Request(key, permits, all, reserved, criticality, hasRoute, route);
  }

  /** Returns this request as an estimate, which {@link Admitted#settle(long)} corrects. */
  public Request reserved() {
    return new Request(key, permits, charges, true, criticality, hasRoute, route);
  }

  /**
   * Returns this request with a criticality. Under overload, the less critical requests are shed
   * first: {@link InFlightLimit#auto}. {@link Criticality#DEFAULT} unless this is
   * called.
   */
  public Request withCriticality(Criticality criticality) {
    Objects.requireNonNull(criticality, "criticality");
    return new Request(key, permits, charges, reserved, criticality, hasRoute, route);
  }

  /**
   * Returns this request as one of a route: a kind of requests whose work usually takes about as
   * long. See {@link LimitSet#onRoute}.
   *
   * @param number any; those with the same last six bits are one route
   */
  public Request onRoute(int number) {
    return new Request(
        key, permits, charges, reserved, criticality, true, number & (Gate.ROUTES - 1));
  }

  /** Returns the key for the default limits; null if the request is not charged to those. */
  @Nullable
  String key() {
    return key;
  }

  /** Returns the permits of each default limit. */
  long permits() {
    return permits;
  }

  /** Returns the charges to named limits, not to be changed. */
  Charge[] charges() {
    return charges;
  }

  boolean isReserved() {
    return reserved;
  }

  /** Returns the criticality. */
  Criticality criticality() {
    return criticality;
  }

  /** Returns whether it has a route of its own, rather than that of its limits. */
  boolean hasRoute() {
    return hasRoute;
  }

  /** Returns the route, if it has one of its own. */
  int route() {
    return route;
  }

  /** Returns whether it is one key and one cost for the default limits, and nothing else. */
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

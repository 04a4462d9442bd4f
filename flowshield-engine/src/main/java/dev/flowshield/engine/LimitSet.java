package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.Gate;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a {@link FlowShield} that are charged together, looked up by their names once. For
 * callers that charge the same limits for request after request: see {@link FlowShield#limitSet}.
 *
 * <p>Immutable and thread-safe. It stays valid when its limits change.
 */
public final class LimitSet {

  private static final int CRITICALITIES = Criticality.values().length;

  private final ResolvedLimits limits;
  private final Criticality criticality;
  private final int route;

  // All sets of the same limits, by route and criticality; null while there is one alone.
  private final AtomicReference<@Nullable AtomicReferenceArray<@Nullable LimitSet>> variants;

  /** A set for requests of the default criticality and of a route. */
  LimitSet(ResolvedLimits limits, int route) {
    this(limits, Criticality.DEFAULT, route, new AtomicReference<>());
  }

  private LimitSet(
      ResolvedLimits limits,
      Criticality criticality,
      int route,
      AtomicReference<@Nullable AtomicReferenceArray<@Nullable LimitSet>> variants) {
    this.limits = limits;
    this.criticality = criticality;
    this.route = route;
    this.variants = variants;
  }

  /**
   * Returns the same limits for requests of this criticality. Under overload, the less critical
   * requests are shed first. {@link Criticality#DEFAULT} unless this is called.
   */
  public LimitSet withCriticality(Criticality criticality) {
    return variant(Objects.requireNonNull(criticality, "criticality"), route);
  }

  /**
   * Returns the same limits for requests of one route: a kind of requests whose work usually takes
   * about as long. A shield that {@linkplain InFlightLimit#auto finds} its cap by
   * itself learns that time for each route, so more work of a slow route is not mistaken for slower
   * work. Unless this is called, requests that are charged the same limits are one route.
   *
   * @param number any; those with the same last six bits are one route
   */
  public LimitSet onRoute(int number) {
    return variant(criticality, number & (Gate.ROUTES - 1));
  }

  private LimitSet variant(Criticality wanted, int ofRoute) {
    if (wanted == criticality && ofRoute == route) {
      return this;
    }
    AtomicReferenceArray<@Nullable LimitSet> all = variants.get();
    if (all == null) {
      all = beginVariants();
    }
    int index = index(wanted, ofRoute);
    LimitSet known = all.get(index);
    if (known != null) {
      return known;
    }
    LimitSet made = new LimitSet(limits, wanted, ofRoute, variants);
    LimitSet earlier = all.compareAndExchange(index, null, made);
    return earlier == null ? made : earlier;
  }

  /** Is called by the only set there is. */
  private AtomicReferenceArray<@Nullable LimitSet> beginVariants() {
    AtomicReferenceArray<@Nullable LimitSet> made =
        new AtomicReferenceArray<>(CRITICALITIES * Gate.ROUTES);
    made.set(index(criticality, route), this);
    AtomicReferenceArray<@Nullable LimitSet> earlier = variants.compareAndExchange(null, made);
    return earlier == null ? made : earlier;
  }

  private static int index(Criticality criticality, int route) {
    int row = switch (criticality) {
      case SHEDDABLE -> 0;
      case DEFAULT -> 1;
      case CRITICAL -> 2;
    };
    return row * Gate.ROUTES + route;
  }

  /** Returns the limits themselves. */
  ResolvedLimits limits() {
    return limits;
  }

  /** Returns the criticality of its requests. */
  Criticality criticality() {
    return criticality;
  }

  /** Returns the route of its requests, 0 to {@link Gate#ROUTES} - 1. */
  int route() {
    return route;
  }

  /** Returns the names of the limits: {@code [everyone, key]}. */
  @Override
  public String toString() {
    return limits.toString();
  }
}

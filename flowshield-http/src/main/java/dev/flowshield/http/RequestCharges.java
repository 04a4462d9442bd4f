package dev.flowshield.http;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStatus;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Request;
import dev.flowshield.http.policy.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What a request is charged where there is more to it than one permit of one key: a key and a cost
 * for each limit. Immutable.
 */
final class RequestCharges {

  /**
   * A charge that was reserved.
   *
   * @param charge what was reserved
   * @param policy knows what it has cost
   */
  record Estimate(Charge charge, Policy policy) {

    /** What it has cost. */
    Charge settled(int status, long told) {
      return new Charge(charge.limit(), charge.key(), policy.cost(status, told));
    }
  }

  private final ChargePlan kind;
  private final Charge[] charges;
  private final List<Estimate> later;
  private final Criticality criticality;
  private final int route;

  /**
   * A bill.
   *
   * @param kind what requests of its kind are charged
   * @param charges those of the request, not to be changed
   * @param later those of them that are settled when the response is known
   * @param criticality how much the request means
   * @param route of the request; {@link Charging#NO_ROUTE} for that of its limits
   */
  RequestCharges(
      ChargePlan kind, Charge[] charges, List<Estimate> later, Criticality criticality, int route) {
    this.kind = kind;
    this.charges = charges;
    this.later = later;
    this.criticality = criticality;
    this.route = route;
  }

  /** Asks the engine to admit what is charged. */
  Admission admit(FlowShield engine) {
    if (!isPossible(engine)) {
      return engine.admit(within(engine.limits()));
    }
    return later.isEmpty()
            && criticality == Criticality.DEFAULT
            && route == RequestClassifier.NO_ROUTE
        ? engine.admit(charges)
        : engine.admit(request(charges));
  }

  /** As the other one, without a thread that waits. */
  CompletableFuture<Admission> admitAsync(FlowShield engine) {
    return engine.admitAsync(isPossible(engine) ? request(charges) : within(engine.limits()));
  }

  /** Whether no charge is beyond the burst of its limit, which may have been lowered since. */
  private boolean isPossible(FlowShield engine) {
    for (Charge charge : charges) {
      if (charge.permits() > 1) { // one is in every burst
        return isPossible(engine, request(charges));
      }
    }
    return true;
  }

  private static boolean isPossible(FlowShield engine, Request request) {
    try {
      engine.requirePossible(request);
      return true;
    } catch (IllegalArgumentException beyondBurst) {
      return false;
    }
  }

  private Request request(Charge[] asked) {
    Request request = Request.of(asked).withCriticality(criticality);
    Request routed = route == RequestClassifier.NO_ROUTE ? request : request.onRoute(route);
    return later.isEmpty() ? routed : routed.reserved();
  }

  /**
   * What is asked where a cost is beyond the burst of its limit: all of the burst, and one permit
   * of a limit that is not listed.
   */
  private Request within(List<Limit> limits) {
    Map<String, Long> bursts = new HashMap<>();
    for (Limit limit : limits) {
      for (RateLimit rate : limit.limits()) {
        bursts.merge(limit.name(), rate.burst(), Math::min);
      }
    }
    Charge[] within = new Charge[charges.length];
    for (int i = 0; i < within.length; i++) {
      Charge charge = charges[i];
      long most = bursts.getOrDefault(charge.limit(), 1L);
      within[i] = new Charge(charge.limit(), charge.key(), Math.min(charge.permits(), most));
    }
    return request(within);
  }

  /** How the limits stand of which the client may know that, for one more permit each. */
  List<LimitStatus> limitStatus(FlowShield engine) {
    Charge[] told = kind.told(charges);
    return told.length == 0 ? List.of() : engine.limitStatus(Request.of(told));
  }

  /** The charges that are settled when the response is known; none as a rule. */
  List<Estimate> later() {
    return later;
  }
}

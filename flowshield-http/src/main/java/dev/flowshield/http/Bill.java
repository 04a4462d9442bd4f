package dev.flowshield.http;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Request;
import dev.flowshield.http.policy.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one request is charged. Immutable. */
final class Bill {

  /** Of a request that is rejected, whatever comes. */
  static final Bill DENIED =
      new Bill(new Charges(List.of(), false), Request.of(), new Charge[0], List.of());

  /**
   * A charge that was reserved.
   *
   * @param charge what was reserved
   * @param policy knows what it has cost
   */
  record Later(Charge charge, Policy policy) {

    /** What it has cost. */
    Charge settled(int status, long told) {
      return new Charge(charge.limit(), charge.key(), policy.cost(status, told));
    }
  }

  private final Charges kind;
  private final Request request;
  private final Charge[] charges;
  private final List<Later> later;

  /**
   * A bill.
   *
   * @param kind what requests of its kind are charged
   * @param charges those of the request, not to be changed
   * @param later those of them that are settled when the response is known
   */
  Bill(Charges kind, Request request, Charge[] charges, List<Later> later) {
    this.kind = kind;
    this.request = request;
    this.charges = charges;
    this.later = later;
  }

  /** What the engine is asked. */
  Request request() {
    return request;
  }

  /**
   * What the engine is asked where a cost is beyond the burst of its limit: all of the burst, and
   * one permit of a limit that is not listed.
   */
  Request within(List<Limit> limits) {
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
    Request asked = Request.of(within);
    return later.isEmpty() ? asked : asked.reserved();
  }

  /** The charges, not to be changed. */
  Charge[] charges() {
    return charges;
  }

  /** The charges of which the client may know how they stand, at one permit each. */
  Charge[] told() {
    return kind.told(this);
  }

  /** The charges that are settled when the response is known; none as a rule. */
  List<Later> later() {
    return later;
  }
}

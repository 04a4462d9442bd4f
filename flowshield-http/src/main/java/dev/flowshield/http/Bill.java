package dev.flowshield.http;

import dev.flowshield.engine.Charge;
import dev.flowshield.engine.Request;
import dev.flowshield.http.policy.Policy;
import java.util.List;

/**
 * What one request is charged.
 *
 * @param request what the engine is asked
 * @param later the charges that are settled when the response is known; none as a rule
 */
record Bill(Request request, List<Later> later) {

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
}

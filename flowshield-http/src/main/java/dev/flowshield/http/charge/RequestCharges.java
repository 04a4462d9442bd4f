package dev.flowshield.http.charge;

import dev.flowshield.LimitStatus;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.http.policy.Policy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The charges of a request: the limits of its plan, each with a key and a cost, and the criticality
 * and the route of the request.
 *
 * <p>Most requests take one permit of one key in each limit. All requests of one plan, criticality
 * and route share their charges, and therefore allocate nothing. A request that needs several keys
 * or costs has charges of its own.
 *
 * <p>Shared charges are immutable. Others are confined to their request.
 */
public interface RequestCharges {

  /**
   * A charge that is reserved until the real cost is known.
   *
   * @param charge the reserved charge
   * @param policy computes the cost
   */
  record Estimate(Charge charge, Policy policy) {

    /**
     * Returns the charge at its real cost.
     *
     * @param status the status of the response; 0 if there is no response
     * @param reported the cost that the application has reported; negative if it has not
     */
    public Charge settled(int status, long reported) {
      return new Charge(charge.limit(), charge.key(), policy.cost(status, reported));
    }
  }

  /** Returns the key that counts the streams of a client; null if they are not counted. */
  @Nullable
  String streamKey(String client);

  /**
   * Asks the engine for the permits and a slot in flight.
   *
   * @param client the key of the client
   */
  Admission admit(String client);

  /** Asks like {@link #admit}, without a thread that waits for a limiter outside the engine. */
  CompletableFuture<Admission> admitAsync(String client);

  /** Returns the status of the limits that the client may know and the engine keeps. */
  List<LimitStatus> limitStatus(String client);

  /** Returns the status of the limits that the client may know and a store keeps. */
  List<LimitStatus> storedLimitStatus(Admitted admitted);

  /** Returns the charges to settle when the response is known; usually empty. */
  List<Estimate> estimates();
}

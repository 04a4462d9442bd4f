package dev.flowshield.http.binding;

/**
 * Reports of an application about a request of its own that a shield has admitted. A binding offers
 * the two static methods to its applications.
 *
 * <p>Thread-safe.
 */
public interface AdmissionHooks {

  /**
   * Reports the cost of the request, for policies with {@code cost=later}. Call it before the
   * response ends. The last call counts; without a call, the request costs what was reserved. No
   * effect without such a policy.
   *
   * @param permits 0 or more
   * @throws IllegalArgumentException if the permits are negative
   */
  void reportCost(long permits);

  /**
   * Reports that the exchange is a stream from now on, such as an event stream, a web socket or a
   * long poll that waits. The request releases its slot in flight, as an outcome that is ignored,
   * and is counted as an open stream until it is closed. If no more streams may be open, it stays
   * in flight. Idempotent. No effect after the close.
   *
   * @return false if there is no room for the stream; the caller should end it if it can
   */
  boolean markAsStream();

  /**
   * Reports the cost of a request to each shield that has admitted it. No effect on others.
   *
   * @throws IllegalArgumentException if the permits are negative
   */
  static void reportCost(RequestView request, long permits) {
    if (request.mark() instanceof AdmissionHooks admission) {
      admission.reportCost(permits);
    }
  }

  /**
   * Reports to each shield that has admitted a request that its exchange is a stream from now on.
   * No effect on other requests.
   *
   * @return false if a shield has no room for the stream
   */
  static boolean markAsStream(RequestView request) {
    return !(request.mark() instanceof AdmissionHooks admission) || admission.markAsStream();
  }
}

package dev.flowshield.checks.soak;

import java.util.ArrayList;
import java.util.List;

/**
 * What one server, its shield and its clients say after the traffic, each on its own, and whether
 * it adds up.
 *
 * @param clients what the clients have seen
 * @param shield what the shield has counted
 * @param begun requests that came through the shield to the application
 */
record Reckoning(Clients clients, Shield shield, long begun) {

  /**
   * What the clients of a server have seen.
   *
   * @param sent requests of which at least the head was sent
   * @param left those of them whose client went away without the whole answer
   * @param shed those that were rejected
   * @param failures those whose answer was 500 or above, but no rejection
   * @param faults what no client should see
   */
  record Clients(long sent, long left, long shed, long failures, List<String> faults) {}

  /**
   * What a shield has counted.
   *
   * @param admitted requests
   * @param shed requests
   * @param failed outcomes
   * @param inFlight after the traffic
   * @param lowestInFlight the least that was seen, ever
   * @param highestInFlight the most
   * @param openStreams after the traffic
   */
  record Shield(
      long admitted,
      long shed,
      long failed,
      int inFlight,
      int lowestInFlight,
      int highestInFlight,
      int openStreams) {}

  /** What does not add up; nothing, as it should be. */
  List<String> faults() {
    List<String> faults = new ArrayList<>(clients.faults);
    mustBe(0, shield.inFlight, "requests in flight after the traffic", faults);
    mustBe(0, shield.openStreams, "streams open after the traffic", faults);
    if (shield.lowestInFlight < 0) {
      faults.add("in flight must never be negative, was " + shield.lowestInFlight);
    }
    mustBe(shield.admitted, begun, "requests in the application, of those admitted", faults);
    mustBeWithin(shield.shed, clients.shed, "requests shed", faults);
    mustBeWithin(shield.failed, clients.failures, "requests failed", faults);
    // One that was reset at once may be dropped by the system, before its server has seen it.
    mustBeWithin(
        shield.admitted + shield.shed, clients.sent - clients.left, "requests judged", faults);
    return faults;
  }

  private static void mustBe(long expected, long found, String what, List<String> faults) {
    if (found != expected) {
      faults.add(what + " must be " + expected + ", got " + found);
    }
  }

  /** The requests of clients that left may be among those counted, or not. */
  private void mustBeWithin(long counted, long seen, String what, List<String> faults) {
    if (counted < seen || counted > seen + clients.left) {
      faults.add(what + " must be " + seen + " to " + (seen + clients.left)
          + ", as the clients have seen, got " + counted);
    }
  }
}

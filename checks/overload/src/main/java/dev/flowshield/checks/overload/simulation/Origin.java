package dev.flowshield.checks.overload.simulation;

/** A sender of requests of a route. */
interface Origin {

  /** Records that one of its requests is sent. */
  default void sent(long now) {}

  /** Records that a client has a response. */
  default void answered(Request request, long now) {}

  /**
   * Records that a request was rejected.
   *
   * @return true if this origin sends it again; false if the client may retry
   */
  default boolean rejected(Request request, long now) {
    return false;
  }

  /** Returns whether clients wait for a response without a time limit. */
  default boolean isPatient() {
    return false;
  }
}

package dev.flowshield.checks.overload.simulation;

/** Sends requests of a route. */
interface Origin {

  /** Takes note that one of its requests is sent. */
  default void sent(long now) {}

  /** Takes note that a client has an answer. */
  default void answered(Request request, long now) {}

  /**
   * Takes note that a request was rejected.
   *
   * @return true if this sends it again; false if the client may retry
   */
  default boolean rejected(Request request, long now) {
    return false;
  }

  /** Returns whether clients wait for an answer, however long it takes. */
  default boolean isPatient() {
    return false;
  }
}

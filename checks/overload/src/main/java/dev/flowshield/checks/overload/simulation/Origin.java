package dev.flowshield.checks.overload.simulation;

/** Where the requests of a route come from. */
interface Origin {

  /** One of its requests is sent. */
  default void sent(long now) {}

  /** The client of one of its requests has an answer. */
  default void answered(Request request, long now) {}

  /**
   * One of its requests was rejected.
   *
   * @return whether it is sent again, as its client does it here
   */
  default boolean rejected(Request request, long now) {
    return false;
  }

  /** Whether its clients wait until they have an answer, however long that takes. */
  default boolean isPatient() {
    return false;
  }
}

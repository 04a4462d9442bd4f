package dev.flowshield.checks.overload.simulation;

/** The properties of an attempt that a protection may know. Valid only during the call. */
public interface Attempt {

  /** Returns the hash of the client, equal for all of its attempts. */
  long hash();

  /** Returns the criticality: 0 sheddable, 1 default, 2 critical. */
  int criticality();

  /** Returns the time that it has waited in the container, in nanoseconds. */
  long ageNanos();

  /** Returns the kind of work, from 0. */
  int route();
}

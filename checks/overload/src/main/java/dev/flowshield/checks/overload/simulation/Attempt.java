package dev.flowshield.checks.overload.simulation;

/** What a protection may know of an attempt. It is valid during the call alone. */
public interface Attempt {

  /** Stands for the client: the same for all of its attempts. */
  long hash();

  /** How much it means: 0 sheddable, 1 default, 2 critical. */
  int criticality();

  /** How long it has waited in the container, in nanoseconds. */
  long ageNanos();

  /** Which kind of work it is, from 0 on. */
  int route();
}

package dev.flowshield;

/**
 * The criticality of a request. Under overload, requests of lower criticality are rejected first.
 */
public enum Criticality {
  /** Can be left out without harm, such as work that is repeated later anyway. */
  SHEDDABLE,
  /** The default. */
  DEFAULT,
  /** Rejected last, such as a payment. */
  CRITICAL
}

package dev.flowshield;

/** How much work means, where a server cannot do all of it: the lower is rejected first. */
public enum Criticality {
  /** May be left out without harm, such as work that is repeated later by itself. */
  SHEDDABLE,
  /** Of work about which nothing is said. */
  DEFAULT,
  /** To be done as long as anything is, such as a payment. */
  CRITICAL
}

package dev.flowshield;

/** The load of a server, as measured by a shield with an adaptive limit on work in flight. */
public enum Pressure {
  /** Every request finds a slot. */
  NORMAL,
  /** A few requests find no slot, or more did in the last seconds. */
  ELEVATED,
  /** A large part of the requests finds no slot. */
  EXTREME
}

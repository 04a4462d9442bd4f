package dev.flowshield.engine.overload;

/** How hard a server is pressed, as an adaptive limit sees it. */
enum Pressure {
  /** All requests find a place. */
  NORMAL,
  /** A few find none, or more did in the last seconds. */
  ELEVATED,
  /** A large part finds none. */
  EXTREME
}

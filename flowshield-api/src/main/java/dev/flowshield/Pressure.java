package dev.flowshield;

/** How hard a server is pressed, as a shield sees it that finds its cap in flight by itself. */
public enum Pressure {
  /** All requests find a place. */
  NORMAL,
  /** A few find none, or more did in the last seconds. */
  ELEVATED,
  /** A large part finds none. */
  EXTREME
}
